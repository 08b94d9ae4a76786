package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.crypto.HybridSeal;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.Opening;
import io.keymoot.flatkeying.crypto.SealContext;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.WireReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Reads what a {@link SecretWriter} wrote and sealed. */
public final class SecretReader {
  /** What comes of it: one failure for forgeries, and for bytes that are not such a message. */
  public sealed interface Read<T> {
    record Ok<T>(T value) implements Read<T> {}

    record Failed<T>() implements Read<T> {}
  }

  private final WireReader in;
  private final byte[] plaintext;
  private final List<Secret> read;

  private SecretReader(WireReader in, byte[] plaintext, List<Secret> read) {
    this.in = in;
    this.plaintext = plaintext;
    this.read = read;
  }

  /**
   * Opens {@code sealed} and runs a reading over all of it. The secrets read are the caller's; if
   * the reading fails they are wiped, as the plaintext always is.
   */
  public static <T> Read<T> open(
      LeafKeyPair own, SealContext context, Bytes sealed, Function<SecretReader, T> reading) {
    return switch (HybridSeal.open(own, context, sealed)) {
      case Opening.Failed forged -> new Read.Failed<>();
      case Opening.Opened opened -> {
        try (opened) {
          yield readAll(opened.plaintext(), reading);
        }
      }
    };
  }

  private static <T> Read<T> readAll(byte[] plaintext, Function<SecretReader, T> reading) {
    List<Secret> read = new ArrayList<>();
    // Bytes that share the array, so that wiping the array leaves no copy behind.
    Decoded<T> decoded =
        Decoded.all(
            Bytes.owning(plaintext), in -> reading.apply(new SecretReader(in, plaintext, read)));
    return switch (decoded) {
      case Decoded.Ok<T> ok -> new Read.Ok<>(ok.value());
      case Decoded.Malformed<T> malformed -> {
        read.forEach(Secret::close);
        yield new Read.Failed<>();
      }
    };
  }

  /** For all that is not secret. */
  public WireReader open() {
    return in;
  }

  public EpochSecret epochSecret(int revision, String field) {
    return noted(new EpochSecret(secret(field), revision));
  }

  public Kek kek(Slot slot, FactId epoch, String field) {
    return noted(new Kek(secret(field), slot, epoch));
  }

  public ResealKey resealKey(String field) {
    return noted(new ResealKey(secret(field)));
  }

  private byte[] secret(String field) {
    int from = in.position();
    in.skip(Secret.BYTES, field);
    return Arrays.copyOfRange(plaintext, from, from + Secret.BYTES);
  }

  private <S extends Secret> S noted(S secret) {
    read.add(secret);
    return secret;
  }
}
