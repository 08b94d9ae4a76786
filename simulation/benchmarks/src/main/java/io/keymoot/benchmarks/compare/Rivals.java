package io.keymoot.benchmarks.compare;

import io.keymoot.flatkeying.crypto.Aead;
import io.keymoot.flatkeying.crypto.Hkdf;
import io.keymoot.flatkeying.crypto.Info;
import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.Opening;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.crypto.VerifyKey;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.simulator.baseline.Baselines;
import java.security.SecureRandom;

/**
 * The simulator's other schemes: it says how many bytes and wraps one removal takes there, and as
 * many are then made and opened here with our own primitives, with a signature and its check.
 */
final class Rivals {
  static final String NO_SESSIONS = "pairwise seals, no sessions";

  private static final byte[] NOTHING = new byte[0];

  private final SecureRandom random = new SecureRandom();
  private final byte[] kek = fresh(Hkdf.KEY_BYTES);
  private final byte[] secret = fresh(Hkdf.KEY_BYTES);
  private final SigningKey signer =
      SigningKey.generate(SignatureKind.ED25519, bytes -> random.nextBytes(bytes));
  private final VerifyKey verifier = verifier(signer);
  private final LeafKey leaf = LeafKeyPair.generate(bytes -> random.nextBytes(bytes)).publicKey();

  private static VerifyKey verifier(SigningKey signer) {
    return switch (VerifyKey.parse(signer.spki())) {
      case Decoded.Ok<VerifyKey> ok -> ok.value();
      case Decoded.Malformed<VerifyKey> no -> throw new IllegalStateException("our own key");
    };
  }

  void measure(Figures figures, int members, int times) throws Exception {
    for (Baselines.Removal removal : Baselines.removals(members, members)) {
      String who = removal.scheme();
      figures.add(who, What.REMOVE_ALL_BYTES, members, removal.bytes());
      figures.add(who, What.REMOVE_DELAYS, members, removal.delays());
      byte[] message = fresh((int) removal.bytes());
      byte[] sealed = Aead.sealOnce(key(0), NOTHING, secret);
      for (int i = 0; i < times; i++) {
        Bytes[] signature = new Bytes[1];
        figures.add(
            who,
            What.REMOVE_AUTHOR,
            members,
            Cpu.micros(
                () -> {
                  for (int wrap = 0; wrap < removal.authorWraps(); wrap++) {
                    Aead.sealOnce(key(wrap), NOTHING, secret);
                  }
                  signature[0] = signer.sign(message);
                }));
        figures.add(
            who,
            What.REMOVE_FOLLOW,
            members,
            Cpu.micros(() -> follow(message, signature[0], sealed, removal.followerWraps())));
      }
    }
    noSessions(figures, members);
  }

  private void follow(byte[] message, Bytes signature, byte[] sealed, double wraps) {
    boolean isGood = verifier.verify(message, signature);
    for (int wrap = 0; wrap < Math.ceil(wraps); wrap++) {
      isGood &= Aead.openOnce(key(0), NOTHING, sealed) instanceof Opening.Opened;
    }
    if (!isGood) {
      throw new IllegalStateException("what was just made does not open");
    }
  }

  /** With nobody was a key agreed on before: each seal takes a hybrid encapsulation. */
  private void noSessions(Figures figures, int members) throws Exception {
    figures.add(
        NO_SESSIONS,
        What.REMOVE_AUTHOR,
        members,
        Cpu.micros(
            () -> {
              for (int i = 1; i < members; i++) {
                leaf.encapsulate(bytes -> random.nextBytes(bytes));
                Aead.sealOnce(key(i), NOTHING, secret);
              }
              signer.sign(secret);
            }));
    figures.add(
        NO_SESSIONS,
        What.REMOVE_ALL_BYTES,
        members,
        Baselines.HEADER_BYTES
            + (members - 1.0) * (LeafKey.ENCAPSULATION_BYTES + Hkdf.KEY_BYTES + Aead.TAG_BYTES));
  }

  private byte[] key(int wrap) {
    return Hkdf.expand(kek, Info.of("wrap").u32(wrap));
  }

  private byte[] fresh(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
