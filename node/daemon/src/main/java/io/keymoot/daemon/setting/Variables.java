package io.keymoot.daemon.setting;

import org.jspecify.annotations.Nullable;

/** The environment of a process. */
@FunctionalInterface
public interface Variables {
  @Nullable String get(String name);
}
