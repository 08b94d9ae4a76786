package io.keymoot.simulator.world;

import io.keymoot.flatkeying.wire.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * What happened, in order, as one number: two runs are the same if their traces are. Written out in
 * words, too, if somebody wants to read it.
 */
public final class Trace {
  private static final long PRIME = 0x9E3779B97F4A7C15L;

  private final Optional<Appendable> told;
  private final Optional<Appendable> written;
  private long hash = PRIME;
  private long entries;

  /**
   * @param told what people do and what goes wrong
   * @param written all of it, what each peer says included
   */
  public Trace(Optional<? extends Appendable> told, Optional<? extends Appendable> written) {
    this.told = told.map(it -> it);
    this.written = written.map(it -> it);
  }

  /** A number for the bytes, the same for the same bytes. */
  static long hashOf(Bytes message) {
    long sum = message.length();
    int at = 0;
    for (; at + 8 <= message.length(); at += 8) {
      long word = 0;
      for (int i = 0; i < 8; i++) {
        word = word << 8 | (message.at(at + i) & 0xff);
      }
      sum = mix(sum, word);
    }
    for (; at < message.length(); at++) {
      sum = mix(sum, message.at(at));
    }
    return sum;
  }

  private static long mix(long sum, long value) {
    long x = (sum ^ value) * PRIME;
    return x ^ x >>> 29;
  }

  void add(long now, int node, int what, long detail) {
    hash = mix(mix(mix(mix(hash, now), node), what), detail);
    entries++;
  }

  /** A line for people; it counts too. */
  public void say(long now, String line) {
    hash = mix(mix(hash, now), line.hashCode());
    told.ifPresent(out -> append(out, now, line));
    written.ifPresent(out -> append(out, now, line));
  }

  /** What a peer says: it counts by its bytes, not by this line. */
  void write(long now, String line) {
    written.ifPresent(out -> append(out, now, line));
  }

  private static void append(Appendable out, long now, String line) {
    try {
      out.append(Long.toString(now)).append(' ').append(line).append('\n');
    } catch (IOException e) {
      throw new UncheckedIOException("the trace: " + e.getMessage(), e);
    }
  }

  boolean isWritten() {
    return written.isPresent();
  }

  public String hash() {
    return String.format("%016x", hash);
  }

  public long entries() {
    return entries;
  }
}
