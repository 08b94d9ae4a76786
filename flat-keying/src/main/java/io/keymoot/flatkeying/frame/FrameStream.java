package io.keymoot.flatkeying.frame;

/**
 * One of a sender's 256 numbered flows of frames: a camera, a microphone, the chat.
 *
 * <p>The number is the last byte of a frame's counter, which the frame's tag covers, and its first
 * two bits say how the stream is authenticated. So nothing needs to be agreed on beforehand, and
 * nobody can pass a frame off as one of a stream that asks for less.
 */
public final class FrameStream {
  /** Streams of each kind; but the last 64 numbers are the protocol's own. */
  public static final int OF_A_KIND = 64;

  static final int COUNT = 256;
  private static final FrameStream[] ALL = new FrameStream[COUNT];

  static {
    for (int number = 0; number < COUNT; number++) {
      ALL[number] = new FrameStream(number);
    }
  }

  /** Carries the vouchers of all of a sender's amortised streams. */
  static final FrameStream VOUCHERS = ALL[255];

  private final int number;

  private FrameStream(int number) {
    this.number = number;
  }

  /**
   * @param index 0 to 63
   */
  public static FrameStream of(Authentication authentication, int index) {
    if (index < 0 || index >= OF_A_KIND) {
      throw new IllegalArgumentException("there is no stream " + index + " of a kind");
    }
    return ALL[authentication.ordinal() * OF_A_KIND + index];
  }

  static FrameStream numbered(int number) {
    return ALL[number];
  }

  public int number() {
    return number;
  }

  public int index() {
    return number % OF_A_KIND;
  }

  public Authentication authentication() {
    return switch (number / OF_A_KIND) {
      case 1 -> Authentication.AMORTISED;
      case 2 -> Authentication.SIGNED;
      // Vouchers among them: their signature is inside.
      default -> Authentication.NONE;
    };
  }

  /** Whether applications may use it: those from 192 on are the protocol's. */
  boolean isForApplications() {
    return number < 3 * OF_A_KIND;
  }

  @Override
  public String toString() {
    return isForApplications()
        ? "stream " + index() + " (" + authentication() + ")"
        : "protocol stream " + number;
  }
}
