package io.keymoot.runtime;

import java.nio.file.Path;

/** A file of this device's identity cannot be used: which, why, and what to do. */
public final class IdentityUnusable extends RuntimeException {
  IdentityUnusable(Path file, String why, String remedy) {
    super(file + " cannot be used: " + why + ". " + remedy);
  }
}
