package io.keymoot.runtime;

import io.keymoot.flatkeying.frame.FrameSender;
import io.keymoot.flatkeying.frame.FrameStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Hands the keys of the present seat to those who subscribed. On the loop's thread, but for closing
 * a subscription. Each listener has a feed of its own; one so slow that its feed runs over begins
 * anew, as if it had just subscribed.
 */
final class KeyDesk implements AutoCloseable {
  /** What a listener is told. */
  sealed interface Change {
    record Install(GroupKey key) implements Change {}

    record Activate(GroupKey key) implements Change {}

    record Retire(GroupKey key) implements Change {}

    record HoldBack() implements Change {}

    record Senders(List<FrameSender> senders) implements Change {}

    /** There will be no more keys, and no more changes. */
    record End() implements Change {}
  }

  private final String name;
  private final Consumer<Consumer<Optional<Seat>>> onLoop;
  private final Consumer<List<FrameStream>> giveBack;
  private final List<Line> lines = new CopyOnWriteArrayList<>();

  /**
   * @param onLoop has something done on the loop's thread, with the present seat
   */
  KeyDesk(
      String name,
      Consumer<Consumer<Optional<Seat>>> onLoop,
      Consumer<List<FrameStream>> giveBack) {
    this.name = name + "-keys";
    this.onLoop = onLoop;
    this.giveBack = giveBack;
  }

  // ---- subscribing

  KeySubscription subscribe(Optional<Seat> seat, List<FrameStream> streams, KeyListener listener) {
    if (lines.size() >= RuntimeLimits.KEY_SUBSCRIPTIONS) {
      throw new NotNow("as many subscribe to keys already as may: close one");
    }
    Line line = new Line(streams, listener);
    seat.ifPresent(line::begin);
    lines.add(line);
    return line;
  }

  private final class Line implements KeySubscription {
    private final List<FrameStream> streams;
    private final EventFeed<Change> feed = new EventFeed<>(name);

    Line(List<FrameStream> streams, KeyListener listener) {
      this.streams = streams;
      feed.listen(new Ears(listener, () -> onLoop.accept(seat -> seat.ifPresent(this::begin))));
    }

    /** All that holds now. */
    void begin(Seat seat) {
      KeyBoard.Look look = seat.keys.look();
      feed.publish(new Change.Senders(look.senders()));
      for (KeyName each : look.installed()) {
        feed.publish(new Change.Install(new GroupKey(seat.keys, each, look)));
      }
      look.active()
          .ifPresent(
              each -> feed.publish(new Change.Activate(new GroupKey(seat.keys, each, look))));
    }

    @Override
    public List<FrameStream> streams() {
      return streams;
    }

    @Override
    public void close() {
      if (lines.remove(this)) {
        feed.close();
        giveBack.accept(streams);
      }
    }
  }

  /** On the listener's thread. */
  private static final class Ears implements EventFeed.Listener<Change> {
    private final KeyListener listener;
    private final Runnable again;
    private final Set<GroupKey> installed = new LinkedHashSet<>();

    Ears(KeyListener listener, Runnable again) {
      this.listener = listener;
      this.again = again;
    }

    @Override
    public void event(long id, Change change) {
      switch (change) {
        case Change.Install install -> {
          if (installed.add(install.key())) {
            listener.install(install.key());
          }
        }
        case Change.Activate activate -> {
          if (installed.contains(activate.key())) {
            listener.activate(activate.key());
          }
        }
        case Change.Retire retire -> {
          if (installed.remove(retire.key())) {
            listener.retire(retire.key());
          }
        }
        case Change.HoldBack hold -> listener.holdBack();
        case Change.Senders senders -> listener.senders(senders.senders());
        case Change.End end -> forgetAll();
      }
    }

    @Override
    public void missed(long firstId, long lastId) {
      // Nothing is known of what holds now: nothing is sealed, and all begins anew.
      forgetAll();
      again.run();
    }

    private void forgetAll() {
      listener.holdBack();
      List<GroupKey> all = new ArrayList<>(installed);
      installed.clear();
      all.forEach(listener::retire);
    }
  }

  // ---- telling

  void tellIf(boolean isOurs, Seat seat, Function<GroupKey, Change> change, KeyName key) {
    if (isOurs && !lines.isEmpty()) {
      publish(change.apply(new GroupKey(seat.keys, key, seat.keys.look())));
    }
  }

  void holdBackIf(boolean isOurs) {
    if (isOurs) {
      publish(new Change.HoldBack());
    }
  }

  void sendersIf(boolean isOurs, Seat seat) {
    if (isOurs) {
      publish(new Change.Senders(seat.keys.look().senders()));
    }
  }

  void retireAll(Seat seat) {
    publish(new Change.HoldBack());
    KeyBoard.Look look = seat.keys.look();
    for (KeyName each : look.installed()) {
      publish(new Change.Retire(new GroupKey(seat.keys, each, look)));
    }
  }

  void installAll(Seat seat) {
    lines.forEach(line -> line.begin(seat));
  }

  private void publish(Change change) {
    lines.forEach(line -> line.feed.publish(change));
  }

  /** Whoever subscribed is told to seal no more, and to forget every key. */
  @Override
  public void close() {
    for (Line line : lines) {
      if (lines.remove(line)) {
        line.feed.publish(new Change.End());
        line.feed.close();
        giveBack.accept(line.streams);
      }
    }
  }
}
