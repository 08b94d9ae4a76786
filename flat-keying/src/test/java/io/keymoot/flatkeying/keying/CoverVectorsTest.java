package io.keymoot.flatkeying.keying;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.SeededEntropy;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SealContext;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.Spelled;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.Handshake;
import io.keymoot.flatkeying.key.Kek;
import io.keymoot.flatkeying.key.ResealKey;
import io.keymoot.flatkeying.key.Seal;
import io.keymoot.flatkeying.key.SecretReader;
import io.keymoot.flatkeying.key.SecretWriter;
import io.keymoot.flatkeying.key.Unwrapped;
import io.keymoot.flatkeying.message.Give;
import io.keymoot.flatkeying.message.Grant;
import io.keymoot.flatkeying.message.Relay;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A cover, a Relay, and what a Grant and a Give seal, byte for byte, for whoever writes another
 * implementation; each is also read again from its file alone. Secrets and hashes are 32 times one
 * byte. What is wrapped and sealed, and under which keys, {@code key-schedule.txt} says.
 *
 * <p>{@code -Dvectors.rewrite} writes the files anew; what changes in them is a new version.
 */
class CoverVectorsTest {
  private static final Path FILES =
      Path.of("src/test/resources/io/keymoot/flatkeying/keying/known-answers");

  private static final GroupId GROUP = new GroupId(hash(0x01));
  private static final MemberId GIVER = new MemberId(hash(0x02));
  private static final MemberId ASKER = new MemberId(hash(0x03));
  private static final FactId X = new FactId(hash(0x04));
  private static final FactId Y = new FactId(hash(0x05));
  private static final FactId RESEAL = new FactId(hash(0x06));
  private static final FactId ADMIT = new FactId(hash(0x07));
  private static final Hash32 NEED = hash(0x08);
  private static final List<FactId> HEADS = List.of(X, Y);

  private static final SigningKey KEY =
      SigningKey.fromSecret(SignatureKind.ED25519, filled(0xe1, 32).toArray()).orThrow();
  private static final FactWriter WRITER = new FactWriter(KEY, GROUP, GIVER);

  /** Of 64 times one byte where a seed is drawn for sealing, of 32 where a leaf key is. */
  private static final Bytes LEAF_SEED = filled(0xe2, 32);

  private static final Bytes SEALING_SEED = filled(0xe3, 64);
  private static final LeafKeyPair LEAF = LeafKeyPair.generate(new SeededEntropy(0, LEAF_SEED));

  // ---- covers and relays

  @Test
  void aCoverWithOneOfEach() throws IOException {
    Cover cover =
        new Cover(
            Optional.of(new Cover.Refresh(3, filled(0x11, 48))),
            List.of(
                new Cover.SlotWrap(0, filled(0x12, 48)), new Cover.SlotWrap(31, filled(0x13, 48))),
            List.of(new Cover.Order(2, 5), new Cover.Order(2, 9), new Cover.Order(300, 0)),
            List.of(
                new Cover.Sealed(1, Optional.empty(), new Seal(7, filled(0x14, 48))),
                new Cover.Sealed(
                    258,
                    Optional.of(
                        new Handshake.Offer(
                            filled(0x15, 1_216), filled(0x16, 1_120), filled(0x17, 16))),
                    new Seal(0, filled(0x18, 48)))),
            Optional.of(Cover.bits(List.of(0, 9, 17), 18)));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("fields", cover);
    answer.put("bytes", cover.encode());
    answer.put("hash", cover.encode().sha256());
    Map<String, Bytes> file = check("cover", answer);
    assertThat(Cover.decode(of(file, "bytes"))).isEqualTo(new Decoded.Ok<>(cover));
  }

  @Test
  void aCoverThatReachesNobody() throws IOException {
    Cover cover = Cover.of(Optional.empty(), List.of());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("fields", cover);
    answer.put("bytes", cover.encode());
    Map<String, Bytes> file = check("cover-empty", answer);
    assertThat(Cover.decode(of(file, "bytes"))).isEqualTo(new Decoded.Ok<>(cover));
  }

  @Test
  void aRelayOfTwoWraps() throws IOException {
    EpochSecret secret = secret(0x21);
    Hash32 context = hash(0x22);
    Kek first = kek(0x23, new Slot(4, 1));
    Kek second = kek(0x24, new Slot(30, 3));
    Relay relay =
        new Relay(
            X.hash().a(),
            258,
            List.of(
                new Relay.SlotWrap(4, first.wrap(secret, context, GIVER)),
                new Relay.SlotWrap(30, second.wrap(secret, context, GIVER))));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("relay", GIVER);
    answer.put("context", context);
    answer.put("secret", filled(0x21, 32));
    answer.put("commitment", secret.commitment());
    answer.put("reseal keys", List.of(filled(0x23, 32), filled(0x24, 32)));
    answer.put("their KEKs are of", "c_y⁰ = 32 times 25, epoch " + Y.hash().toHex());
    answer.put("slots", List.of(first.slot(), second.slot()));
    answer.put("fields", relay);
    answer.put("message", SideCodec.encode(relay));
    Map<String, Bytes> file = check("relay", answer);
    SideMessage read = SideCodec.decode(of(file, "message")).orThrow();
    assertThat(read).isEqualTo(relay);
    Bytes wrap = ((Relay) read).wraps().get(1).wrap();
    assertThat(second.unwrap(wrap, context, GIVER, secret.commitment()))
        .isInstanceOf(Unwrapped.Opened.class);
  }

  private static Kek kek(int resealed, Slot slot) {
    return ResealKey.fresh(new SeededEntropy(0, filled(resealed, 32))).step(secret(0x25), slot, Y);
  }

  private static EpochSecret secret(int fill) {
    return EpochSecret.fresh(new SeededEntropy(0, filled(fill, 32)));
  }

  // ---- what Grants and Gives seal

  @Test
  void aGrantOfTwoEpochs() throws IOException {
    SealContext context = new SealContext(GROUP, GIVER, ASKER, MessageType.GRANT, ADMIT.hash());
    WireWriter plain = new WireWriter().u8(2).hash(X.hash()).u32(0).fixed(filled(0x31, 32));
    SecretWriter writer = new SecretWriter().u8(2).hash(X.hash()).u32(0).secret(secret(0x31));
    EpochSecret later = secret(0x32).at(5);
    Bytes laterBytes = Bytes.owning(HeapWalk.bytesOf(later));
    plain.hash(Y.hash()).u32(5).fixed(laterBytes);
    writer.hash(Y.hash()).u32(5).secret(later);
    Bytes sealed = writer.sealTo(LEAF.publicKey(), context, new SeededEntropy(0, SEALING_SEED));
    Bytes message = SideCodec.grant(WRITER, HEADS, ASKER, ADMIT, sealed);
    Map<String, Bytes> file = check("grant", sealing(context, plain.toBytes(), sealed, message));

    Grant grant = (Grant) SideCodec.decode(of(file, "message")).orThrow();
    assertThat(SecretReader.open(leaf(file), context, grant.sealed(), NeedGive::secrets))
        .isInstanceOfSatisfying(
            SecretReader.Read.Ok.class,
            ok -> {
              Map<?, ?> epochs = (Map<?, ?>) ok.value();
              assertThat(secretOf(epochs, X).holdsTheSameAs(secret(0x31))).isTrue();
              assertThat(secretOf(epochs, Y).holdsTheSameAs(later)).isTrue();
            });
  }

  @Test
  void aGiveOfAnEpochAndOfSlots() throws IOException {
    SealContext context = new SealContext(GROUP, GIVER, ASKER, MessageType.GIVE, NEED);
    Kek low = kek(0x41, new Slot(1, 1));
    Kek high = kek(0x42, new Slot(31, 1));
    Bytes keks =
        new WireWriter().fixed(HeapWalk.bytesOf(low)).fixed(HeapWalk.bytesOf(high)).toBytes();
    long positions = 1L << 1 | 1L << 31;
    Bytes plain =
        new WireWriter()
            .u8(1)
            .hash(X.hash())
            .u32(0)
            .fixed(filled(0x43, 32))
            .u8(2)
            .hash(Y.hash())
            .u8(1)
            .u32(positions)
            .fixed(keks)
            .hash(RESEAL.hash())
            .u8(2)
            .u32(1 << 7)
            .fixed(filled(0x44, 32))
            .toBytes();
    Bytes sealed =
        new SecretWriter()
            .u8(1)
            .hash(X.hash())
            .u32(0)
            .secret(secret(0x43))
            .u8(2)
            .hash(Y.hash())
            .u8(GivenKeys.Kind.OF_AN_EPOCH.code())
            .u32(positions)
            .secret(low)
            .secret(high)
            .hash(RESEAL.hash())
            .u8(GivenKeys.Kind.OF_A_RESEAL.code())
            .u32(1 << 7)
            .secret(ResealKey.fresh(new SeededEntropy(0, filled(0x44, 32))))
            .sealTo(LEAF.publicKey(), context, new SeededEntropy(0, SEALING_SEED));
    Bytes message = SideCodec.give(WRITER, HEADS, ASKER, NEED, Optional.empty(), sealed);
    Map<String, Bytes> file = check("give", sealing(context, plain, sealed, message));

    Give give = (Give) SideCodec.decode(of(file, "message")).orThrow();
    assertThat(
            SecretReader.open(
                leaf(file),
                context,
                give.sealed(),
                in -> GivenKeys.read(in, position -> new Slot(position, 1))))
        .isInstanceOfSatisfying(
            SecretReader.Read.Ok.class,
            ok -> {
              GivenKeys keys = (GivenKeys) ok.value();
              assertThat(keys.epochs()).containsOnlyKeys(X);
              assertThat(keys.keks()).hasSize(2);
              assertThat(keys.keks().get(0).holdsTheSameAs(low)).isTrue();
              assertThat(keys.keks().get(1).holdsTheSameAs(high)).isTrue();
              assertThat(keys.reseals().get(0).position()).isEqualTo(7);
            });
  }

  private static EpochSecret secretOf(Map<?, ?> epochs, FactId epoch) {
    return (EpochSecret) Objects.requireNonNull(epochs.get(epoch));
  }

  private static LeafKeyPair leaf(Map<String, Bytes> file) {
    return LeafKeyPair.generate(new SeededEntropy(0, of(file, "leaf key seed")));
  }

  private static Map<String, Object> sealing(
      SealContext context, Bytes plain, Bytes sealed, Bytes message) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("signing key", KEY);
    answer.put("heads", HEADS);
    answer.put("context", context);
    answer.put("leaf key seed", LEAF_SEED);
    answer.put("encapsulation seed", SEALING_SEED);
    answer.put("plaintext", plain);
    answer.put("sealed", sealed);
    answer.put("message", message);
    return answer;
  }

  // ---- the files

  /** Answers what the file says, each field that is hex. */
  private static Map<String, Bytes> check(String name, Map<String, Object> answer)
      throws IOException {
    StringBuilder lines = new StringBuilder();
    answer.forEach((field, value) -> Spelled.out(lines, field, value));
    Path file = FILES.resolve(name + ".txt");
    if (System.getProperty("vectors.rewrite") != null) {
      Files.createDirectories(FILES);
      Files.writeString(file, lines);
    }
    assertThat(lines.toString()).isEqualTo(Files.readString(file, UTF_8));
    Map<String, Bytes> read = new LinkedHashMap<>();
    for (String line : Files.readAllLines(file)) {
      String[] sides = line.split(" = ", 2);
      if (sides[1].matches("([0-9a-f]{2})*")) {
        read.put(sides[0], Bytes.fromHex(sides[1]));
      }
    }
    return read;
  }

  private static Bytes of(Map<String, Bytes> file, String name) {
    return Objects.requireNonNull(file.get(name), name);
  }

  private static Hash32 hash(int fill) {
    return Hash32.of(filled(fill, Hash32.LENGTH).toArray());
  }

  private static Bytes filled(int fill, int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) fill);
    return Bytes.owning(bytes);
  }
}
