package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.crypto.Aead;
import io.keymoot.flatkeying.crypto.Opening;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * The receiving half of a direction: follows the sender's steps. Keys of positions passed over are
 * kept, a bounded number of them, until their seal comes; every key is wiped once used, so nothing
 * opens twice and what was opened is closed to whoever takes the device later.
 */
final class ReceiveChain implements AutoCloseable {
  private byte[] key;
  private int next;
  private final TreeMap<Integer, byte[]> skipped = new TreeMap<>();
  private boolean closed;

  /** Takes the array over. */
  ReceiveChain(byte[] key) {
    this.key = key;
  }

  /** Changes nothing unless the seal opens: a forgery must not move the chain. */
  Opening open(Seal seal, Hash32 context) {
    if (closed) {
      return new Opening.Failed();
    }
    return seal.position() < next ? openSkipped(seal, context) : openAhead(seal, context);
  }

  private Opening openSkipped(Seal seal, Hash32 context) {
    byte[] once = skipped.get(seal.position());
    if (once == null) {
      return new Opening.Failed();
    }
    Opening opening = Aead.openOnce(once, context.toArray(), seal.sealed().toArray());
    if (opening instanceof Opening.Opened) {
      skipped.remove(seal.position());
      Arrays.fill(once, (byte) 0);
    }
    return opening;
  }

  private Opening openAhead(Seal seal, Hash32 context) {
    int lead = seal.position() - next;
    if (lead > Limits.SEALS_AHEAD) {
      return new Opening.Failed();
    }
    byte[] ahead = key.clone();
    TreeMap<Integer, byte[]> passed = new TreeMap<>();
    for (int position = next; position < seal.position(); position++) {
      // Of a long gap only the end is kept, so only that is made.
      if (seal.position() - position <= Limits.SKIPPED_SEALS) {
        passed.put(position, SendChain.sealKey(ahead));
      }
      ahead = SendChain.stepped(ahead);
    }
    byte[] once = SendChain.sealKey(ahead);
    Opening opening = Aead.openOnce(once, context.toArray(), seal.sealed().toArray());
    Arrays.fill(once, (byte) 0);
    if (opening instanceof Opening.Failed) {
      Arrays.fill(ahead, (byte) 0);
      passed.values().forEach(each -> Arrays.fill(each, (byte) 0));
      return opening;
    }
    Arrays.fill(key, (byte) 0);
    key = SendChain.stepped(ahead);
    next = seal.position() + 1;
    skipped.putAll(passed);
    while (skipped.size() > Limits.SKIPPED_SEALS) {
      Arrays.fill(skipped.pollFirstEntry().getValue(), (byte) 0);
    }
    return opening;
  }

  int skippedKeys() {
    return skipped.size();
  }

  @Override
  public void close() {
    closed = true;
    Arrays.fill(key, (byte) 0);
    skipped.values().forEach(each -> Arrays.fill(each, (byte) 0));
    skipped.clear();
  }
}
