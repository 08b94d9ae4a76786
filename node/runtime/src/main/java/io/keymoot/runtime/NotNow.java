package io.keymoot.runtime;

/** What was asked for is not to be had in the node's present state, which the message tells. */
public final class NotNow extends RuntimeException {
  NotNow(String why) {
    super(why);
  }
}
