package io.keymoot.flatkeying.frame;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.crypto.VerifyKey;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.frame.Opening.Opened;
import io.keymoot.flatkeying.frame.Opening.Vouched;
import io.keymoot.flatkeying.frame.Sealing.Sealed;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.Tek;
import io.keymoot.flatkeying.wire.Bytes;
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
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;

/**
 * Frames and a voucher, byte for byte, for whoever writes another implementation: what RFC 9605
 * leaves to the application (KID and counter), and what it says nothing of (signatures). {@code
 * key-schedule.txt} leads to the keys they are sealed under.
 *
 * <p>{@code -Dvectors.rewrite} writes the file anew; what changes in it is a new version.
 */
class FrameVectorsTest {
  private static final Path FILE =
      Path.of("src/test/resources/io/keymoot/flatkeying/frame/frames.txt");

  private static final Tick NOW = new Tick(1_000);
  private static final FrameStream PLAIN = FrameStream.of(Authentication.NONE, 3);
  private static final FrameStream CAMERA = FrameStream.of(Authentication.AMORTISED, 5);
  private static final FrameStream CHAT = FrameStream.of(Authentication.SIGNED, 63);
  private static final Bytes METADATA = Bytes.of(new byte[] {9, 8, 7});
  private static final String ABOUT =
      """
      # Known answers for frames, for anybody who writes another implementation. All values are hex.
      # Frames are SFrame's (RFC 9605), here with suite 5: AES-256-GCM, HKDF with SHA-512, a tag of 16
      # bytes. "in." are inputs, which stand above what follows from them. The names of numbers are as
      # in the README, section 12; "signed" is what a signature covers, Ed25519 here.
      #
      # base-key is RFC 9605's, for the KID below; metadata is RFC 9605's too. A counter is 256 times
      # the frame's number, and the stream. A digest is SHA-256 of a frame without the signature behind
      # it; with metadata, SHA-256 of that hash and the metadata's.

      """;

  private final Map<String, Bytes> made = new LinkedHashMap<>();

  private final GroupId group = new GroupId(given("in.group", 0x01));
  private final FactId epoch = new FactId(given("in.epoch", 0x02));
  private final FrameSender alice =
      new FrameSender(new StayId(given("in.stay", 0x03)), new MemberId(Hash32.ZERO));
  private final EpochSecret secret = EpochSecret.fresh(out -> fill("in.c.0", 0x04, out));
  private final SigningKey key =
      SigningKey.fromSecret(SignatureKind.ED25519, given("in.signing-key", 0x05).toArray())
          .orThrow();

  private Hash32 given(String name, int first) {
    byte[] bytes = new byte[32];
    fill(name, first, bytes);
    return Hash32.of(bytes);
  }

  private void fill(String name, int first, byte[] out) {
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) (16 * first + i);
    }
    made.put(name, Bytes.of(out));
  }

  // ---- sealing

  @Test
  void sealingGivesTheKnownAnswers() throws IOException {
    Tek tek = secret.tek(group, epoch);
    made.put("public-key", key.spki());
    made.put("base-key", Bytes.of(tek.senderKey(alice.stay()).lend(byte[]::clone)));
    AtomicLongArray numbers = new AtomicLongArray(FrameStream.COUNT);
    numbers.set(PLAIN.number(), 7);
    numbers.set(CHAT.number(), 0xabcdefL);
    numbers.set(CAMERA.number(), 1_000);
    numbers.set(FrameStream.VOUCHERS.number(), 40);
    KeyRing ring = new KeyRing(group, SFrameSuite.AES_256_GCM_SHA512_128);
    ring.beginStay(alice, key::sign);
    FrameSealer sealer = new FrameSealer(ring, alice, key::sign, numbers);
    ring.install(new TekEpoch(tek));
    ring.activate(epoch, 0);
    made.put("kid", number(Objects.requireNonNull(ring.sending()).sframe.kid()));

    frame(sealer, "none", PLAIN, Bytes.EMPTY, "from the group");
    frame(sealer, "none-with-metadata", PLAIN, METADATA, "and what goes with it");
    frame(sealer, "signed", CHAT, Bytes.EMPTY, "from Alice");
    frame(sealer, "signed-with-metadata", CHAT, METADATA, "from Alice too");
    frame(sealer, "amortised-1", CAMERA, Bytes.EMPTY, "first");
    frame(sealer, "amortised-2", CAMERA, METADATA, "second");
    frame(sealer, "amortised-3", CAMERA, Bytes.EMPTY, "third");
    voucher(sealer);

    StringBuilder lines = new StringBuilder(ABOUT);
    made.forEach(
        (name, value) -> lines.append(name).append(" = ").append(value.toHex()).append('\n'));
    if (System.getProperty("vectors.rewrite") != null) {
      Files.writeString(FILE, lines);
    }
    assertThat(lines.toString()).isEqualTo(Files.readString(FILE, UTF_8));
  }

  private static Bytes number(long value) {
    return new WireWriter().u64(value).toBytes();
  }

  private void frame(
      FrameSealer sealer, String name, FrameStream stream, Bytes metadata, String text) {
    byte[] in = text.getBytes(UTF_8);
    byte[] out = new byte[in.length + FrameSealer.MAX_OVERHEAD];
    Sealed sealed = (Sealed) sealer.seal(NOW, stream, in, 0, in.length, metadata.toArray(), out, 0);
    boolean isSigned = stream.authentication() == Authentication.SIGNED;
    int frame = sealed.length() - (isSigned ? Limits.SIGNATURE_BYTES : 0);
    made.put("in." + name + ".stream", Bytes.of(new byte[] {(byte) stream.number()}));
    made.put("in." + name + ".number", number(sealed.number()));
    made.put("in." + name + ".text", Bytes.of(in));
    if (!metadata.isEmpty()) {
      made.put("in." + name + ".metadata", metadata);
    }
    made.put(name + ".counter", number(sealed.number() << 8 | stream.number()));
    if (stream.authentication() != Authentication.NONE) {
      Hash32 digest = FrameDigest.of(Desk.ofThisThread(), out, 0, frame, metadata.toArray());
      made.put(name + ".digest", Bytes.of(digest.toArray()));
      if (isSigned) {
        byte[] signed =
            FrameDigest.signed(group, alice.stay(), epoch, 0, stream, sealed.number(), digest);
        made.put(name + ".signed", Bytes.of(signed));
      }
    }
    made.put(name + ".frame", Bytes.of(out, 0, sealed.length()));
  }

  private void voucher(FrameSealer sealer) {
    byte[] out = new byte[FrameSealer.MAX_VOUCHER];
    Sealed sealed = (Sealed) sealer.nextVoucher(NOW.plusMillis(Limits.VOUCHER_MILLIS), out, 0);
    List<Voucher.Line> lines = List.of(line(1, 0), line(2, 1), line(3, 2));
    byte[] body = Voucher.writeBody(epoch, 0, CAMERA, 1_000, lines).toArray();
    Hash32 hash = Hash32.sha256(body);
    made.put("in.voucher.number", number(sealed.number()));
    made.put("voucher.body", Bytes.of(body));
    made.put(
        "voucher.signed", Bytes.of(Voucher.signed(group, alice.stay(), sealed.number(), hash)));
    made.put("voucher.frame", Bytes.of(out, 0, sealed.length()));
  }

  private Voucher.Line line(int frame, int beyond) {
    Bytes digest = Objects.requireNonNull(made.get("amortised-" + frame + ".digest"));
    return new Voucher.Line(beyond, Hash32.of(digest.toArray()));
  }

  // ---- opening, with nothing but what the file says

  @Test
  void whoeverReadsTheFileOpensItsFrames() throws IOException {
    Map<String, Bytes> file = new LinkedHashMap<>();
    for (String line : Files.readAllLines(FILE)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] sides = line.split(" = ");
        file.put(sides[0], Bytes.fromHex(sides[1]));
      }
    }
    GroupId its = new GroupId(Hash32.of(of(file, "in.group").toArray()));
    FactId rekey = new FactId(Hash32.of(of(file, "in.epoch").toArray()));
    StayId stay = new StayId(Hash32.of(of(file, "in.stay").toArray()));
    EpochSecret c = EpochSecret.fresh(out -> of(file, "in.c.0").copyTo(out, 0));
    VerifyKey verify = VerifyKey.parse(of(file, "public-key")).orThrow();
    KeyRing ring = new KeyRing(its, SFrameSuite.AES_256_GCM_SHA512_128);
    ring.admit(List.of(new FrameSender(stay, new MemberId(Hash32.ZERO))));
    ring.install(new TekEpoch(c.tek(its, rekey)));
    // So far on in its stream, an amortised frame opens with its voucher alone.
    FrameOpener opener =
        ring.newOpener((member, message, signature) -> verify.verify(message, signature));
    assertThat(open(opener, of(file, "voucher.frame"), Bytes.EMPTY, new byte[2_000]))
        .isInstanceOf(Vouched.class);
    int opened = 0;
    for (Map.Entry<String, Bytes> each : file.entrySet()) {
      if (!each.getKey().endsWith(".text")) {
        continue;
      }
      String name = each.getKey().substring(3, each.getKey().length() - 5);
      Bytes metadata = file.getOrDefault("in." + name + ".metadata", Bytes.EMPTY);
      byte[] out = new byte[2_000];
      Opening opening = open(opener, of(file, name + ".frame"), metadata, out);
      assertThat(opening).as(name).isInstanceOf(Opened.class);
      Opened it = (Opened) opening;
      assertThat(Bytes.of(out, 0, it.length())).as(name).isEqualTo(each.getValue());
      assertThat(number(it.number())).isEqualTo(of(file, "in." + name + ".number"));
      assertThat(it.source())
          .as(name)
          .isEqualTo(name.startsWith("none") ? FrameSource.GROUP : FrameSource.MEMBER);
      opened++;
    }
    assertThat(opened).isEqualTo(7);
  }

  private static Bytes of(Map<String, Bytes> file, String name) {
    return Objects.requireNonNull(file.get(name), name);
  }

  private static Opening open(FrameOpener opener, Bytes frame, Bytes metadata, byte[] out) {
    byte[] in = frame.toArray();
    Arrays.fill(out, (byte) 0);
    return opener.open(NOW, 1, in, 0, in.length, metadata.toArray(), out, 0);
  }
}
