package io.keymoot.flatkeying.frame;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.keymoot.flatkeying.frame.Opening.Opened;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Whatever comes in as a frame gets an answer, and what a stranger makes up is never opened; what
 * reads as a voucher is written back the same. {@code -Dcorpus.rewrite} writes the seeds anew.
 */
class FrameFuzzTest {
  private static final Path CORPUS =
      Path.of("src/test/resources/io/keymoot/flatkeying/frame/FrameFuzzTestInputs");

  private static final Cast CAST = new Cast(11);
  private static final Cast.Person ALICE = CAST.new Person();
  private static final Cast.Person BOB = CAST.new Person();
  private static final Cast.Epoch EPOCH = CAST.epoch();

  /** One of each kind, sealed by somebody whom the receiver knows. */
  private static final List<byte[]> GOOD = sealed();

  private static final Cast.Device RECEIVER = CAST.new Device(BOB).knows(ALICE).holds(EPOCH);

  private static List<byte[]> sealed() {
    Cast.Device sender = CAST.new Device(ALICE).sendsUnder(EPOCH);
    return List.of(
        sender.seals(FrameStream.of(Authentication.NONE, 0), "none"),
        sender.seals(FrameStream.of(Authentication.AMORTISED, 0), "amortised"),
        sender.seals(FrameStream.of(Authentication.SIGNED, 0), "signed"));
  }

  @FuzzTest
  void frames(byte[] data) {
    if (RECEIVER.opens(data) instanceof Opened) {
      assertThat(GOOD).anySatisfy(good -> assertThat(data).isEqualTo(good));
    }
  }

  @FuzzTest
  void vouchers(byte[] data) {
    if (Voucher.read(Bytes.of(data)) instanceof Decoded.Ok<Voucher>(Voucher voucher)) {
      assertThat(bytes(voucher)).isEqualTo(data);
    }
  }

  private static byte[] bytes(Voucher voucher) {
    return Voucher.writeBody(
            voucher.epoch(), voucher.revision(), voucher.stream(), voucher.first(), voucher.lines())
        .fixed(voucher.signature().toArray())
        .toArray();
  }

  @Test
  void thereAreWellFormedSeeds() throws IOException {
    Voucher voucher =
        new Voucher(
            EPOCH.epoch(),
            3,
            FrameStream.of(Authentication.AMORTISED, 1),
            70,
            List.of(
                new Voucher.Line(0, CAST.hash()),
                new Voucher.Line(1, CAST.hash()),
                new Voucher.Line(5, CAST.hash())),
            Bytes.owning(CAST.bytes(64)));
    if (System.getProperty("corpus.rewrite") != null) {
      Files.createDirectories(CORPUS.resolve("frames"));
      for (int i = 0; i < GOOD.size(); i++) {
        Files.write(CORPUS.resolve("frames/good-" + i), GOOD.get(i));
      }
      Files.createDirectories(CORPUS.resolve("vouchers"));
      Files.write(CORPUS.resolve("vouchers/of-three"), bytes(voucher));
    }
    for (int i = 0; i < GOOD.size(); i++) {
      assertThat(Files.readAllBytes(CORPUS.resolve("frames/good-" + i))).isEqualTo(GOOD.get(i));
    }
    byte[] seed = Files.readAllBytes(CORPUS.resolve("vouchers/of-three"));
    assertThat(Voucher.read(Bytes.of(seed))).isInstanceOf(Decoded.Ok.class);
  }
}
