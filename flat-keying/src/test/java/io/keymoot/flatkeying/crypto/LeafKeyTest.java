package io.keymoot.flatkeying.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.SeededEntropy;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bouncycastle.crypto.params.MLKEMPrivateKeyParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LeafKeyTest {
  private final Entropy entropy = new SeededEntropy(2);
  private final LeafKeyPair pair = LeafKeyPair.generate(entropy);

  static List<Map<String, Bytes>> vectors() throws IOException {
    List<Map<String, Bytes>> vectors = new ArrayList<>();
    try (InputStream in =
        Objects.requireNonNull(LeafKeyTest.class.getResourceAsStream("x-wing.txt"))) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        if (line.startsWith("seed")) {
          vectors.add(new LinkedHashMap<>());
        }
        if (line.contains("=")) {
          String[] sides = line.split(" = ");
          vectors.getLast().put(sides[0], Bytes.fromHex(sides[1]));
        }
      }
    }
    assertThat(vectors).hasSize(3);
    return vectors;
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void xWingGivesWhatTheDraftGives(Map<String, Bytes> vector) {
    LeafKeyPair drawn =
        LeafKeyPair.generate(new SeededEntropy(0, Objects.requireNonNull(vector.get("seed"))));
    LeafKey.Encapsulated fresh =
        drawn
            .publicKey()
            .encapsulate(new SeededEntropy(0, Objects.requireNonNull(vector.get("eseed"))));

    assertThat(drawn.publicKey().hash().toArray())
        .isEqualTo(Objects.requireNonNull(vector.get("pk.sha256")).toArray());
    assertThat(Hash32.sha256(fresh.encapsulation().toArray()).toArray())
        .isEqualTo(Objects.requireNonNull(vector.get("ct.sha256")).toArray());
    assertThat(bytesOf(fresh.secret()))
        .isEqualTo(Objects.requireNonNull(vector.get("ss")).toArray());
    assertThat(bytesOf(drawn.decapsulate(fresh.encapsulation())))
        .isEqualTo(Objects.requireNonNull(vector.get("ss")).toArray());
  }

  @Test
  void everythingFollowsFromTheEntropy() {
    LeafKeyPair again = LeafKeyPair.generate(new SeededEntropy(2));
    LeafKey.Encapsulated one = pair.publicKey().encapsulate(new SeededEntropy(3));
    LeafKey.Encapsulated two = again.publicKey().encapsulate(new SeededEntropy(3));
    LeafKey.Encapsulated three = again.publicKey().encapsulate(new SeededEntropy(4));

    assertThat(again.publicKey()).isEqualTo(pair.publicKey());
    assertThat(two.encapsulation()).isEqualTo(one.encapsulation());
    assertThat(three.encapsulation()).isNotEqualTo(one.encapsulation());
  }

  @Test
  void aForgedEncapsulationGivesASecretThatNobodyKnows() {
    LeafKey.Encapsulated fresh = pair.publicKey().encapsulate(entropy);
    byte[] forged = fresh.encapsulation().toArray();
    for (int index : List.of(0, 1_087, 1_088, 1_119)) {
      forged[index] ^= 1;
      assertThat(bytesOf(pair.decapsulate(Bytes.of(forged)))).isNotEqualTo(bytesOf(fresh.secret()));
      forged[index] ^= 1;
    }
  }

  @Test
  void aKeyReadsBackAsItself() {
    assertThat(LeafKey.decode(pair.publicKey().bytes()))
        .isEqualTo(new Decoded.Ok<>(pair.publicKey()));
  }

  @Test
  void whatIsNoKeyIsMalformed() {
    byte[] tooLarge = pair.publicKey().bytes().toArray();
    // Two coefficients of 12 bits, above the modulus 3329.
    tooLarge[0] = tooLarge[1] = tooLarge[2] = (byte) 0xff;

    assertThat(LeafKey.decode(Bytes.of(tooLarge))).isInstanceOf(Decoded.Malformed.class);
    assertThat(LeafKey.decode(Bytes.of(new byte[1_215]))).isInstanceOf(Decoded.Malformed.class);
    assertThat(LeafKey.decode(Bytes.EMPTY)).isInstanceOf(Decoded.Malformed.class);
  }

  /** A stranger may send such a key; that must be neither an exception nor a known secret. */
  @Test
  void aCurvePointOfLowOrderStopsNothing() {
    byte[] bytes = pair.publicKey().bytes().toArray();
    Arrays.fill(bytes, 1_184, 1_216, (byte) 0);
    LeafKey bad = ((Decoded.Ok<LeafKey>) LeafKey.decode(Bytes.of(bytes))).value();
    byte[] encapsulation = pair.publicKey().encapsulate(entropy).encapsulation().toArray();
    Arrays.fill(encapsulation, 1_088, 1_120, (byte) 0);

    assertThat(bytesOf(bad.encapsulate(entropy).secret())).isNotEqualTo(new byte[32]);
    assertThat(bytesOf(pair.decapsulate(Bytes.of(encapsulation)))).isNotEqualTo(new byte[32]);
  }

  @Test
  void closingWipesThePrivateHalf() throws ReflectiveOperationException {
    Field curveField = LeafKeyPair.class.getDeclaredField("curve");
    Field latticeField = LeafKeyPair.class.getDeclaredField("lattice");
    curveField.setAccessible(true);
    latticeField.setAccessible(true);
    Bytes encapsulation = pair.publicKey().encapsulate(entropy).encapsulation();
    var lattice = (MLKEMPrivateKeyParameters) latticeField.get(pair);
    pair.close();

    assertThat((byte[]) curveField.get(pair)).containsOnly(0);
    assertThat(Objects.requireNonNull(lattice).isDestroyed()).isTrue();
    assertThatThrownBy(() -> pair.decapsulate(encapsulation))
        .isInstanceOf(IllegalStateException.class);
    assertThat(pair.toString()).isEqualTo("LeafKeyPair(" + pair.publicKey().hash() + ", wiped)");
  }

  @Test
  void aClosedSharedSecretIsNotUsed() {
    SharedSecret secret = pair.publicKey().encapsulate(entropy).secret();
    secret.close();

    assertThatThrownBy(() -> secret.derive(Info.of("test")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> secret.mixedInto(new byte[32]))
        .isInstanceOf(IllegalStateException.class);
    assertThat(secret).hasToString("SharedSecret");
  }

  private static byte[] bytesOf(SharedSecret secret) {
    try {
      Field field = SharedSecret.class.getDeclaredField("bytes");
      field.setAccessible(true);
      return (byte[]) Objects.requireNonNull(field.get(secret));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
