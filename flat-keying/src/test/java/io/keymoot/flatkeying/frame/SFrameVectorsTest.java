package io.keymoot.flatkeying.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The official vectors of RFC 9605, all of them; README.md beside them says whence. */
class SFrameVectorsTest {
  @Test
  void thereAreAsManyVectorsAsTheWorkingGroupPublished() {
    assertThat(cases("test-vectors.json", "header")).hasSize(289);
    assertThat(counterModeCases()).hasSize(6);
    assertThat(sframeCases()).hasSize(8);
  }

  @ParameterizedTest
  @MethodSource("headerCases")
  void aHeaderIsWrittenAndReadAsTheVectorSays(Vector vector) {
    byte[] encoded = vector.bytes("encoded");
    byte[] written = new byte[SFrameHeader.MAX_BYTES];
    int length = SFrameHeader.write(vector.number("kid"), vector.number("ctr"), written, 0);

    assertThat(Arrays.copyOf(written, length)).isEqualTo(encoded);
    assertThat(SFrameHeader.length(vector.number("kid"), vector.number("ctr"))).isEqualTo(length);
    assertThat(SFrameHeader.measure(encoded, 0, encoded.length)).isEqualTo(length);
    assertThat(SFrameHeader.kid(encoded, 0)).isEqualTo(vector.number("kid"));
    assertThat(SFrameHeader.counter(encoded, 0)).isEqualTo(vector.number("ctr"));
  }

  @ParameterizedTest
  @MethodSource("headerCases")
  void aHeaderCutShortIsMalformed(Vector vector) {
    byte[] encoded = vector.bytes("encoded");
    for (int cut = 0; cut < encoded.length; cut++) {
      assertThat(SFrameHeader.measure(encoded, 0, cut)).isEqualTo(SFrameHeader.MALFORMED);
    }
  }

  @Test
  void aNumberWrittenLongerThanNeededIsMalformed() {
    for (String longer : List.of("8007", "0807", "900008", "090008", "0f0000000000000008")) {
      byte[] header = HexFormat.of().parseHex(longer);
      assertThat(SFrameHeader.measure(header, 0, header.length))
          .as(longer)
          .isEqualTo(SFrameHeader.MALFORMED);
    }
  }

  @ParameterizedTest
  @MethodSource("sframeCases")
  void aFrameIsSealedAndOpenedAsTheVectorSays(Vector vector) {
    SFrameKey key =
        FrameSecret.derive(vector.bytes("base_key"), vector.suite(), vector.number("kid"));
    byte[] text = vector.bytes("pt");
    byte[] frame = vector.bytes("ct");
    byte[] metadata = vector.bytes("metadata");
    Desk desk = Desk.ofThisThread();

    byte[] out = new byte[frame.length + 3];
    int length = key.seal(desk, vector.number("ctr"), text, 0, text.length, metadata, out, 3);
    assertThat(Arrays.copyOfRange(out, 3, 3 + length)).isEqualTo(frame);

    int header = SFrameHeader.measure(frame, 0, frame.length);
    for (boolean doubtful : new boolean[] {false, true}) {
      byte[] opened = new byte[text.length + 2];
      int got =
          key.open(
              desk,
              SFrameHeader.counter(frame, 0),
              frame,
              0,
              header,
              frame.length,
              metadata,
              opened,
              2,
              doubtful);
      assertThat(got).isEqualTo(text.length);
      assertThat(Arrays.copyOfRange(opened, 2, opened.length)).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @MethodSource("counterModeCases")
  void counterModeWithAnHmacSealsAndOpensAsTheVectorSays(Vector vector) {
    // These vectors are of the cipher alone: their nonce is our salt with counter 0, and their
    // associated data stands where a header would.
    byte[] key = vector.bytes("key");
    int aes = vector.suite().aesKeyBytes();
    assertThat(Arrays.copyOf(key, aes)).isEqualTo(vector.bytes("enc_key"));
    assertThat(Arrays.copyOfRange(key, aes, key.length)).isEqualTo(vector.bytes("auth_key"));

    byte[] text = vector.bytes("pt");
    byte[] aad = vector.bytes("aad");
    byte[] sealed = new byte[aad.length + text.length + vector.suite().tagBytes()];
    System.arraycopy(aad, 0, sealed, 0, aad.length);
    SFrameKey sframe = new SFrameKey(vector.suite(), 0, key, vector.bytes("nonce"));
    int length =
        sframe.sealBehind(
            Desk.ofThisThread(), 0, text, 0, text.length, new byte[0], sealed, 0, aad.length);
    assertThat(length).isEqualTo(sealed.length);
    assertThat(Arrays.copyOfRange(sealed, aad.length, sealed.length)).isEqualTo(vector.bytes("ct"));

    byte[] opened = new byte[text.length];
    int got =
        sframe.open(
            Desk.ofThisThread(), 0, sealed, 0, aad.length, length, new byte[0], opened, 0, false);
    assertThat(got).isEqualTo(text.length);
    assertThat(opened).isEqualTo(text);
  }

  static List<Vector> headerCases() {
    return cases("test-vectors.json", "header");
  }

  static List<Vector> counterModeCases() {
    List<Vector> all = new ArrayList<>(cases("test-vectors.json", "aes_ctr_hmac"));
    all.addAll(cases("test-vectors.json", "aes_256_ctr_hmac"));
    return all;
  }

  static List<Vector> sframeCases() {
    List<Vector> all = new ArrayList<>(cases("test-vectors.json", "sframe"));
    all.addAll(cases("test-vectors-aes256.json", "sframe_aes_256_ctr_hmac"));
    return all;
  }

  private static List<Vector> cases(String file, String name) {
    Object all = Json.read(text(file));
    if (all instanceof Map<?, ?> map && map.get(name) instanceof List<?> list) {
      return list.stream().map(each -> new Vector((Map<?, ?>) each)).toList();
    }
    throw new IllegalStateException(file + " has no list " + name);
  }

  private static String text(String file) {
    try (InputStream in = SFrameVectorsTest.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException(file + " is not there");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  record Vector(Map<?, ?> fields) {
    byte[] bytes(String name) {
      return HexFormat.of().parseHex((String) field(name));
    }

    long number(String name) {
      BigInteger number = (BigInteger) field(name);
      assertThat(number.bitLength()).isLessThanOrEqualTo(64);
      return number.longValue();
    }

    SFrameSuite suite() {
      return SFrameSuite.values()[(int) number("cipher_suite") - 1];
    }

    private Object field(String name) {
      Object value = fields.get(name);
      if (value == null) {
        throw new IllegalStateException("the vector has no " + name);
      }
      return value;
    }

    @Override
    public String toString() {
      return "suite " + fields.get("cipher_suite") + ", KID " + fields.get("kid");
    }
  }
}
