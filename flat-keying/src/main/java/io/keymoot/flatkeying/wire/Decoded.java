package io.keymoot.flatkeying.wire;

import java.util.function.Function;

/** What a decoder answers: the value, or why the bytes are not one. Never an exception. */
public sealed interface Decoded<T> {
  record Ok<T>(T value) implements Decoded<T> {}

  /**
   * @param reason what is wrong and where, for a person who debugs a peer
   */
  record Malformed<T>(String reason) implements Decoded<T> {}

  /** Runs a reading over all of {@code bytes}; left-over bytes are malformed. */
  static <T> Decoded<T> all(Bytes bytes, Function<WireReader, T> reading) {
    WireReader reader = bytes.reader();
    try {
      T value = reading.apply(reader);
      reader.end();
      return new Ok<>(value);
    } catch (WireReader.MalformedBytes e) {
      return new Malformed<>(e.reason());
    }
  }

  /** For bytes this process made itself: malformed means a bug. */
  default T orThrow() {
    return switch (this) {
      case Ok<T> ok -> ok.value();
      case Malformed<T> bad -> throw new IllegalStateException("malformed: " + bad.reason());
    };
  }
}
