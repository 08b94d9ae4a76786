package io.keymoot.runtime;

import io.keymoot.admission.Renewal;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks now and then whether the certificate in the identity's folder was renewed, and has the node
 * say Here with it: the others learn of it, and nothing else changes.
 */
final class RenewalWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RenewalWatch.class);

  interface Renewing {
    CompletionStage<Optional<Renewal.Advice>> renew(Bytes credential);
  }

  private final Path folder;
  private final char[] password;
  private final Identity inUse;
  private final Renewing node;
  private final Thread thread;
  private @Nullable Hash32 seen;
  private Bytes shown;

  /** Of its thread. */
  private String complainedOf = "";

  private boolean isClosed;

  RenewalWatch(Path folder, char[] password, Identity inUse, Duration period, Renewing node) {
    this.folder = folder;
    this.password = password.clone();
    this.inUse = inUse;
    this.node = node;
    this.shown = inUse.credential().encode();
    this.seen = digest().orElse(null);
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("keymoot-renewal")
            .start(
                () -> {
                  try {
                    while (!Thread.currentThread().isInterrupted()) {
                      Thread.sleep(period);
                      look();
                    }
                  } catch (InterruptedException closing) {
                    Thread.currentThread().interrupt();
                  }
                });
  }

  private Optional<Hash32> digest() {
    try {
      return Optional.of(Hash32.sha256(Files.readAllBytes(IdentityFiles.certificates(folder))));
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  private void look() throws InterruptedException {
    Optional<Hash32> now = digest();
    if (now.isEmpty() || now.get().equals(seen)) {
      return;
    }
    seen = now.get();
    char[] word = passwordUnlessClosed();
    try (Identity read = IdentityFiles.load(folder, word)) {
      complainedOf = "";
      if (!read.key().spki().equals(inUse.key().spki())) {
        LOG.warn("{} holds another key now: it serves from the next start on", folder);
        return;
      }
      Bytes credential = read.credential().encode();
      if (!credential.equals(shown)) {
        Optional<Renewal.Advice> advice = node.renew(credential).toCompletableFuture().join();
        shown = credential;
        if (advice.orElse(null) instanceof Renewal.Advice.KeepOld kept) {
          LOG.warn("The renewed certificate is not used: {}", kept.reason());
        }
      }
    } catch (CompletionException e) {
      // Not in yet, say: it is tried again.
      seen = null;
      Throwable why = e.getCause() == null ? e : e.getCause();
      LOG.info("The renewed certificate is not used yet: {}", why.getMessage());
    } catch (IdentityUnusable e) {
      // Half written perhaps, or on a disk that was away: it is tried again, and said once.
      seen = null;
      if (!complainedOf.equals(e.getMessage())) {
        complainedOf = String.valueOf(e.getMessage());
        LOG.warn("The renewed certificate is not used yet: {}", complainedOf);
      }
    } finally {
      Arrays.fill(word, '\0');
    }
  }

  /** A copy: {@link #close} wipes the original, whatever is being read then. */
  private synchronized char[] passwordUnlessClosed() throws InterruptedException {
    if (isClosed) {
      throw new InterruptedException();
    }
    return password.clone();
  }

  @Override
  public void close() {
    thread.interrupt();
    synchronized (this) {
      Arrays.fill(password, '\0');
      isClosed = true;
    }
  }
}
