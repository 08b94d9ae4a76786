package io.keymoot.flatkeying.key;

import static io.keymoot.flatkeying.key.Samples.ANNA;
import static io.keymoot.flatkeying.key.Samples.BERT;
import static io.keymoot.flatkeying.key.Samples.GROUP;
import static io.keymoot.flatkeying.key.Samples.SLOT;
import static io.keymoot.flatkeying.key.Samples.X;
import static io.keymoot.flatkeying.key.Samples.hash;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.SeededEntropy;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SealContext;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages with secrets in them: {@link SecretWriter} and {@link SecretReader}. */
class SecretMessageTest {
  private static final SealContext CONTEXT =
      new SealContext(GROUP, ANNA, BERT, MessageType.GIVE, hash("request"));

  private final Entropy entropy = new SeededEntropy(30);
  private final LeafKeyPair leaf = LeafKeyPair.generate(entropy);
  private final EpochSecret secret = EpochSecret.fresh(entropy).step();
  private final Kek kek = new Kek(entropy.bytes(32), SLOT, X);
  private final ResealKey resealed = ResealKey.fresh(entropy);

  private record Message(int revision, EpochSecret secret, Kek kek, ResealKey resealed) {}

  private Bytes sealed(SecretWriter writer) {
    return writer.sealTo(leaf.publicKey(), CONTEXT, entropy);
  }

  private SecretWriter written() {
    return new SecretWriter()
        .u32(secret.revision())
        .secret(secret)
        .bytes(Bytes.fromHex("010203"))
        .hash(X.hash())
        .secret(kek)
        .u8(7)
        .u16(0xabcd)
        .secret(resealed);
  }

  private static Message read(SecretReader in) {
    int revision = (int) in.open().u32("revision");
    EpochSecret secret = in.epochSecret(revision, "secret");
    assertThat(in.open().bytes(3, "bytes")).isEqualTo(Bytes.fromHex("010203"));
    assertThat(in.open().hash("epoch")).isEqualTo(X.hash());
    Kek kek = in.kek(SLOT, X, "kek");
    assertThat(in.open().u8("seven")).isEqualTo(7);
    assertThat(in.open().u16("number")).isEqualTo(0xabcd);
    return new Message(revision, secret, kek, in.resealKey("reseal key"));
  }

  @Test
  void whatWasWrittenIsReadByTheOneItWasSealedTo() {
    var read = SecretReader.open(leaf, CONTEXT, sealed(written()), SecretMessageTest::read);

    Message message = ((SecretReader.Read.Ok<Message>) read).value();
    assertThat(message.revision).isEqualTo(1);
    assertThat(message.secret.holdsTheSameAs(secret)).isTrue();
    assertThat(message.kek.holdsTheSameAs(kek)).isTrue();
    assertThat(message.kek).hasToString(kek.toString());
    assertThat(message.resealed.holdsTheSameAs(resealed)).isTrue();
  }

  @Test
  void nobodyElseReadsIt() {
    LeafKeyPair other = LeafKeyPair.generate(entropy);

    assertThat(SecretReader.open(other, CONTEXT, sealed(written()), SecretMessageTest::read))
        .isInstanceOf(SecretReader.Read.Failed.class);
  }

  @Test
  void aMessageOfAnotherFormFailsAsAForgeryDoesAndItsSecretsAreWiped() {
    Bytes tooLong = sealed(written().u8(1));
    Bytes tooShort = sealed(new SecretWriter().u32(1).secret(secret).u16(9));
    List<Secret> seen = new ArrayList<>();
    var withMore =
        SecretReader.open(
            leaf,
            CONTEXT,
            tooLong,
            in -> {
              Message message = read(in);
              seen.addAll(List.of(message.secret, message.kek, message.resealed));
              return message;
            });
    var withLess =
        SecretReader.open(
            leaf,
            CONTEXT,
            tooShort,
            in -> {
              EpochSecret first = in.epochSecret((int) in.open().u32("revision"), "secret");
              seen.add(first);
              return in.resealKey("reseal key");
            });

    assertThat(withMore).isInstanceOf(SecretReader.Read.Failed.class);
    assertThat(withLess).isInstanceOf(SecretReader.Read.Failed.class);
    assertThat(seen).hasSize(4).allSatisfy(each -> assertThat(each.isClosed()).isTrue());
  }

  @Test
  void thePlaintextIsWipedOnceItHasBeenRead() {
    List<byte[]> plaintext = new ArrayList<>();
    var read =
        SecretReader.open(
            leaf,
            CONTEXT,
            sealed(new SecretWriter().secret(kek)),
            in -> {
              plaintext.addAll(
                  Capture.arraysIn(in).stream().filter(each -> each.length == 32).toList());
              assertThat(plaintext)
                  .isNotEmpty()
                  .allSatisfy(each -> assertThat(each).contains(kek.alive()));
              return in.kek(SLOT, X, "kek");
            });

    assertThat(read).isInstanceOf(SecretReader.Read.Ok.class);
    assertThat(plaintext).allSatisfy(each -> assertThat(each).containsOnly(0));
  }

  @Test
  void aWriterIsWipedByItsOneSealing() {
    SecretWriter writer = written();
    List<byte[]> inside = Capture.arraysIn(writer);
    assertThat(writer.length()).isGreaterThan(96);
    Bytes unused = sealed(writer);

    assertThat(inside).isNotEmpty().allSatisfy(each -> assertThat(each).containsOnly(0));
    assertThatThrownBy(() -> writer.u8(1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> sealed(writer)).isInstanceOf(IllegalStateException.class);
    assertThat(unused.length()).isPositive();
  }

  @Test
  void aLongMessageIsWrittenWhole() {
    SecretWriter writer = new SecretWriter();
    for (int i = 0; i < 100; i++) {
      writer.secret(kek);
    }
    var read =
        SecretReader.open(
            leaf,
            CONTEXT,
            sealed(writer),
            in -> {
              List<Kek> keks = new ArrayList<>();
              for (int i = 0; i < 100; i++) {
                keks.add(in.kek(SLOT, X, "kek"));
              }
              return keks;
            });

    assertThat(((SecretReader.Read.Ok<List<Kek>>) read).value())
        .allSatisfy(each -> assertThat(each.holdsTheSameAs(kek)).isTrue());
  }

  @Test
  void aWriterPrintsNothingOfWhatItHolds() {
    assertThat(new SecretWriter().secret(secret)).hasToString("SecretWriter(32 bytes)");
  }
}
