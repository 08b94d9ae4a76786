package io.keymoot.flatkeying.frame;

/**
 * Which of the keys that a ring derived to open frames with stay at hand. There is room for so many
 * of them; any other is derived anew at its sender's next frame.
 *
 * <p>It chooses, and holds no secret: keys are wiped by the ring that derived them, at the moment
 * that the protocol names, whoever holds on to their names here. Called from any thread that opens
 * frames, so it makes none of them wait.
 */
public interface KeysAtHand {
  /** The key of one sender under one key of the group. */
  interface Key {
    /** Wipes it, to make room. It comes back if its sender speaks. */
    void drop();

    /** Whether it is wiped for good: its sender is out, or the group's key is retired. */
    boolean isGone();
  }

  /** It was derived just now. Those that there is no room for are dropped. */
  void add(Key key);

  /**
   * A frame opened under it. Told of one frame in so many of a sender's only, so that the others
   * cost nothing; and never of a forged one, or who forges could keep out whom it likes.
   */
  void used(Key key);

  /** Lets go of those that are gone: with each goes what it has opened, which is far larger. */
  void letGo();
}
