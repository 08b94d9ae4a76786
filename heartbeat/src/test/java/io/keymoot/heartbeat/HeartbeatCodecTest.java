package io.keymoot.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.VerifyMemory;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class HeartbeatCodecTest {
  private final Random random = new Random(6);
  private final SigningKey key = SigningKey.generate(SignatureKind.ED25519, random::nextBytes);
  private final GroupId group = new GroupId(People.hash(random));
  private final MemberId member = new MemberId(People.hash(random));
  private final FactWriter writer = new FactWriter(key, group, member);
  private final HeartbeatCodec.Signer signer =
      (heads, content) -> writer.sign(MessageType.HEARTBEAT, heads, content);
  private final UnaryOperator<Bytes> mac = HeartbeatCodecTest::hmac;

  static Bytes hmac(Bytes message) {
    try {
      Mac hmac = Mac.getInstance("HmacSHA256");
      hmac.init(new SecretKeySpec(new byte[32], "HmacSHA256"));
      return Bytes.of(hmac.doFinal(message.toArray()), 0, HeartbeatCodec.MAC_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private Beat beat(boolean signed, int heads, int address, boolean epoch) {
    List<FactId> ids =
        Stream.generate(() -> new FactId(People.hash(random))).limit(heads).sorted().toList();
    byte[] at = new byte[address];
    random.nextBytes(at);
    Optional<EpochHeld> held =
        epoch
            ? Optional.of(
                new EpochHeld(new FactId(People.hash(random)), random.nextInt(Integer.MAX_VALUE)))
            : Optional.empty();
    return new Beat(
        group,
        member,
        ids,
        new HeartbeatContent(
            random.nextLong(), held, random.nextInt(), People.hash(random), Bytes.of(at)),
        signed);
  }

  private Bytes encode(Beat beat) {
    return HeartbeatCodec.encode(beat, signer, mac);
  }

  private static HeartbeatMessage decoded(Bytes bytes) {
    return HeartbeatCodec.decode(bytes).orThrow();
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    for (int i = 0; i < 300; i++) {
      boolean signed = random.nextBoolean();
      Beat beat =
          beat(
              signed,
              1 + random.nextInt(Limits.HEADS),
              random.nextInt(HeartbeatLimits.ADDRESS_BYTES + 1),
              !signed || random.nextBoolean());
      HeartbeatMessage read = decoded(encode(beat));
      assertThat(read.beat()).isEqualTo(beat);
      assertThat(read.statement().isPresent()).isEqualTo(beat.signed());
      Bytes expected =
          beat.content().epoch().isPresent()
              ? hmac(read.authenticated())
              : Bytes.of(new byte[HeartbeatCodec.MAC_BYTES]);
      assertThat(read.mac()).isEqualTo(expected);
    }
  }

  @Test
  void theSignatureOfASignedOneHoldsAndIsOverAStatement() {
    HeartbeatMessage read = decoded(encode(beat(true, 3, 6, true)));
    assertThat(
            new FactVerifier(VerifyMemory.NONE).holds(read.statement().orElseThrow(), key.spki()))
        .isTrue();
    assertThat(read.statement().orElseThrow().header().type().isStatement()).isTrue();
  }

  private static List<HeartbeatMessage> eachWithOneBitFlipped(Bytes message) {
    List<HeartbeatMessage> read = new ArrayList<>();
    for (int i = 0; i < message.length() * 8; i++) {
      byte[] flipped = message.toArray();
      flipped[i / 8] ^= (byte) (1 << i % 8);
      if (HeartbeatCodec.decode(Bytes.owning(flipped)) instanceof Decoded.Ok<HeartbeatMessage> ok) {
        read.add(ok.value());
      }
    }
    return read;
  }

  @Test
  void everyBitOfAHintIsUnderTheMacOrIsTheMac() {
    assertThat(eachWithOneBitFlipped(encode(beat(false, 2, 6, true))))
        .isNotEmpty()
        .noneMatch(read -> hmac(read.authenticated()).equals(read.mac()));
  }

  /** The MAC itself too: it is the signer's word for the key that it holds. */
  @Test
  void everyBitOfASignedOneIsUnderTheSignatureOrIsIt() {
    FactVerifier verifier = new FactVerifier(VerifyMemory.NONE);
    assertThat(eachWithOneBitFlipped(encode(beat(true, 2, 6, true))))
        .anyMatch(read -> !hmac(read.authenticated()).equals(read.mac()))
        .noneMatch(read -> verifier.holds(read.statement().orElseThrow(), key.spki()));
  }

  @Test
  void nothingCutOffOrLeftOverOrInventedIsTaken() {
    for (boolean signed : List.of(false, true)) {
      byte[] message = encode(beat(signed, 2, 6, true)).toArray();
      for (int length = 0; length < message.length; length++) {
        assertThat(HeartbeatCodec.decode(Bytes.of(message, 0, length)))
            .isInstanceOf(Decoded.Malformed.class);
      }
      byte[] longer = java.util.Arrays.copyOf(message, message.length + 1);
      assertThat(HeartbeatCodec.decode(Bytes.of(longer))).isInstanceOf(Decoded.Malformed.class);
    }
    for (int i = 0; i < 20_000; i++) {
      byte[] garbage = new byte[random.nextInt(400)];
      random.nextBytes(garbage);
      if (garbage.length > 2 && random.nextInt(4) > 0) {
        garbage[0] = 1;
        garbage[1] = (byte) MessageType.HEARTBEAT.code();
        garbage[2] = (byte) random.nextInt(2);
      }
      HeartbeatCodec.decode(Bytes.of(garbage));
    }
  }

  @Test
  void aHintWithoutAKeyIsNoHeartbeat() {
    Beat keyless = beat(false, 1, 0, false);
    assertThat(HeartbeatCodec.decode(encode(keyless))).isInstanceOf(Decoded.Malformed.class);
  }

  @Test
  void whatSaysNothingNewIsSmall() {
    assertThat(encode(beat(false, 1, 6, true)).length()).isLessThanOrEqualTo(210);
    assertThat(encode(beat(true, 1, 6, true)).length()).isLessThanOrEqualTo(275);
    assertThat(encode(beat(true, Limits.HEADS, HeartbeatLimits.ADDRESS_BYTES, true)).length())
        .isLessThanOrEqualTo(1_330);
  }

  @Test
  void aSignerThatSignsSomethingElseIsCaught() {
    Beat beat = beat(true, 2, 6, true);
    HeartbeatCodec.Signer other =
        (heads, content) -> writer.sign(MessageType.HEARTBEAT, heads, Bytes.of(new byte[1]));
    assertThatThrownBy(() -> HeartbeatCodec.encode(beat, other, mac))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSignatureForAnotherTypeDoesNotHold() {
    HeartbeatCodec.Signer other =
        (heads, content) ->
            new SignedHeader(
                signer.sign(heads, content).header(),
                writer.sign(MessageType.APPROVE, heads, content).signature());
    HeartbeatMessage read = decoded(HeartbeatCodec.encode(beat(true, 2, 6, true), other, mac));
    assertThat(
            new FactVerifier(VerifyMemory.NONE).holds(read.statement().orElseThrow(), key.spki()))
        .isFalse();
  }

  /** Of whatever bytes: an answer, and if they are taken the same bytes again. */
  static void writesBackWhatItTakes(Bytes bytes) {
    if (HeartbeatCodec.decode(bytes) instanceof Decoded.Ok<HeartbeatMessage> ok) {
      HeartbeatMessage message = ok.value();
      assertThat(message.beat().signed()).isEqualTo(message.statement().isPresent());
      assertThat(
              HeartbeatCodec.encode(
                  message.beat(),
                  (heads, content) -> message.statement().orElseThrow(),
                  authenticated -> message.mac()))
          .isEqualTo(bytes);
    }
  }

  /** What the fuzzer starts from must be what the decoder takes today. */
  @Test
  void theSeedsOfTheCorpusAreReadAndTheirDamagedCopiesAnswered() throws IOException {
    for (Map.Entry<String, Bytes> seed : Seeds.heartbeats().entrySet()) {
      try (InputStream kept =
          getClass().getResourceAsStream("HeartbeatFuzzTestInputs/heartbeats/" + seed.getKey())) {
        Bytes bytes = Bytes.of(Objects.requireNonNull(kept).readAllBytes());
        assertThat(bytes).isEqualTo(seed.getValue());
        assertThat(HeartbeatCodec.decode(bytes)).isInstanceOf(Decoded.Ok.class);
        for (int round = 0; round < 2_000; round++) {
          byte[] damaged = bytes.toArray();
          for (int i = random.nextInt(4); i >= 0; i--) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
          }
          writesBackWhatItTakes(Bytes.owning(damaged));
        }
      }
    }
  }
}
