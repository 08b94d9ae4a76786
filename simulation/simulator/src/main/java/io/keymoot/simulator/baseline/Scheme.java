package io.keymoot.simulator.baseline;

import io.keymoot.flatkeying.paper.KeyName;
import io.keymoot.flatkeying.paper.KeyTable;
import io.keymoot.flatkeying.paper.Posted;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;

/** A way to key a group. Members are numbers. */
interface Scheme {
  /** A signature, who signed, and which versions are meant. */
  int HEADER_BYTES = 64 + 32 + 8;

  int ID_BYTES = 32;

  /** A key with its tag, and the name of its place. */
  int WRAP_BYTES = Posted.WRAP_BYTES;

  /** An encapsulated key of X25519 in front of what is sealed to one newcomer. */
  int ENCAPSULATION_BYTES = 32;

  /**
   * @param author symmetric operations of all who make keys or wrap them
   * @param followers symmetric operations of all the others together
   * @param lockedOut members in good standing who must register again
   */
  record Cost(long multicast, long unicast, long author, long followers, int lockedOut) {
    static final Cost NONE = new Cost(0, 0, 0, 0, 0);

    Cost plus(Cost other) {
      return new Cost(
          multicast + other.multicast,
          unicast + other.unicast,
          author + other.author,
          followers + other.followers,
          lockedOut + other.lockedOut);
    }
  }

  String name();

  String source();

  /** What must be trusted with all keys, or can stop the group by failing. */
  String manager();

  Cost join(int member);

  Cost leave(int member);

  /** Time passed; schemes that batch may act. */
  default Cost tick(long atMillis) {
    return Cost.NONE;
  }

  /** From a leave until nobody seals any more under a key the leaver has, if it happened now. */
  long exposureMillis(long atMillis, long hopMillis);

  /** Somebody who is to go is not out yet: that it reads is exposure, and not a broken key. */
  default boolean owesLeaves() {
    return false;
  }

  int size();

  /** What a member kept, for when it is out and pools. */
  KeyTable kept(int member);

  /** All that was multicast. */
  List<Posted> wire();

  KeyName tek();

  Bytes tekBytes();
}
