package io.keymoot.flatkeying.fact;

/**
 * What a signed message is. The code goes over the wire and into the signing context, so nothing
 * signed as one type is ever valid as another.
 */
public enum MessageType {
  FOUND(1),
  ADMIT(2),
  HERE(3),
  REKEY(4),
  RESEAL(5),
  JOIN_REQUEST(16),
  LEAVE(17),
  APPROVE(18),
  HEARTBEAT(19),
  GRANT(20),
  NEED(21),
  GIVE(22),
  SYNC(23),
  RELAY(24);

  private final int code;

  MessageType(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  public boolean isFact() {
    return code <= RESEAL.code;
  }

  /** A statement is a fact or a signed heartbeat: what own order is about. */
  public boolean isStatement() {
    return isFact() || this == HEARTBEAT;
  }
}
