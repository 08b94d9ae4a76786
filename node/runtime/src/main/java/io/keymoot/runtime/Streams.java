package io.keymoot.runtime;

import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.frame.FrameStream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who seals in which stream: this node, the application, or somebody outside to whom it was lent.
 * No counter may repeat under one key, so what was lent once is lent to nobody else in that stay.
 */
final class Streams {
  private final int ownIndex;
  private final ReentrantLock lock = new ReentrantLock();

  // Numbers of streams, all guarded by the lock.
  private final TreeSet<Integer> inUse = new TreeSet<>(); // sealed by the application
  private final TreeSet<Integer> lent = new TreeSet<>(); // to whom is still there
  private final TreeSet<Integer> spent = new TreeSet<>(); // lent once in this stay

  /**
   * @param ownIndex of the node's own streams, which are nobody else's
   */
  Streams(int ownIndex) {
    this.ownIndex = ownIndex;
  }

  /** Counters begin anew with a stay, so streams that were lent once may be lent again. */
  void beginStay() {
    lock.lock();
    try {
      spent.clear();
      spent.addAll(lent);
    } finally {
      lock.unlock();
    }
  }

  /** The application seals in it. */
  void use(FrameStream stream) {
    lock.lock();
    try {
      if (stream.index() == ownIndex || spent.contains(stream.number())) {
        throw new IllegalArgumentException(
            stream + " is taken: by the node itself, or by who subscribed to keys");
      }
      inUse.add(stream.number());
    } finally {
      lock.unlock();
    }
  }

  /**
   * @throws IllegalArgumentException if nobody can have so many
   */
  static void requirePossible(int count) {
    if (count < 0 || count > RuntimeLimits.STREAMS_PER_SUBSCRIPTION) {
      throw new IllegalArgumentException(
          "a subscription has up to "
              + RuntimeLimits.STREAMS_PER_SUBSCRIPTION
              + " streams, not "
              + count);
    }
  }

  /** Streams for somebody outside: from the last of them down, and each only once in a stay. */
  List<FrameStream> lend(int count) {
    lock.lock();
    try {
      List<FrameStream> streams = new ArrayList<>();
      for (int index = ownIndex - 1; index >= 0 && streams.size() < count; index--) {
        FrameStream stream = FrameStream.of(Authentication.NONE, index);
        if (!spent.contains(stream.number()) && !inUse.contains(stream.number())) {
          streams.add(stream);
        }
      }
      if (streams.size() < count) {
        throw new NotNow("no stream is left in this stay; renew() begins another");
      }
      for (FrameStream stream : streams) {
        spent.add(stream.number());
        lent.add(stream.number());
      }
      return List.copyOf(streams);
    } finally {
      lock.unlock();
    }
  }

  /** They were lent to nobody after all: nothing was sealed in them. */
  void takeBack(List<FrameStream> streams) {
    lock.lock();
    try {
      for (FrameStream stream : streams) {
        lent.remove(stream.number());
        spent.remove(stream.number());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whoever had them seals no more; in this stay nobody else does either. */
  void giveBack(List<FrameStream> streams) {
    lock.lock();
    try {
      streams.forEach(stream -> lent.remove(stream.number()));
    } finally {
      lock.unlock();
    }
  }
}
