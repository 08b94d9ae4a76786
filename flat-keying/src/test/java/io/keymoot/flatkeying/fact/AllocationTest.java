package io.keymoot.flatkeying.fact;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.wire.Bytes;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What decoding allocates is bounded by what came in, whatever the lengths and counts claim. */
class AllocationTest {
  private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long PER_BYTE = 8;
  private static final long FIXED = 4_096;

  private final RandomFacts facts = new RandomFacts(1, SignatureKind.ED25519);

  @Test
  void theLargestFactsCostAFewTimesTheirLength() {
    Bytes cover = facts.bytes(59_000);
    List<Envelope> large =
        List.of(
            facts.writer.write(
                facts.heads(Limits.HEADS), facts.admit(Limits.ADMIT_ROWS, Limits.APPROVALS)),
            facts.writer.write(facts.heads(1), facts.rekeyOver(cover, List.of()), cover),
            facts.writer.write(facts.heads(1), facts.reseal(Limits.RESEAL_SLOTS)));
    for (Envelope envelope : large) {
      assertBounded(FactCodec.encode(envelope));
    }
  }

  @Test
  void lengthsAndCountsThatLieCostNothing() {
    for (Envelope envelope : facts.envelopes()) {
      Bytes message = FactCodec.encode(envelope);
      for (int i = 0; i < message.length(); i++) {
        byte[] altered = message.toArray();
        Arrays.fill(altered, i, Math.min(i + 2, altered.length), (byte) 0xff);
        assertBounded(Bytes.owning(altered));
        assertBounded(Bytes.of(altered, 0, Math.min(i + 2, altered.length)));
      }
      for (int i = 0; i < envelope.body().length(); i++) {
        byte[] altered = envelope.body().toArray();
        Arrays.fill(altered, i, Math.min(i + 2, altered.length), (byte) 0xff);
        assertBounded(Raw.message(envelope.header().type(), Bytes.owning(altered)));
      }
    }
  }

  @Test
  void aMessageAboveTheBoundIsNotEvenRead() {
    Bytes huge = Bytes.owning(new byte[50_000_000]);
    List<Function<Bytes, Object>> decoders =
        List.of(
            FactCodec::decode,
            EvidenceCodec::decodeJoinRequest,
            EvidenceCodec::decodeLeave,
            EvidenceCodec::decodeApproval,
            EvidenceCodec::decodeSignedHeader);
    for (Function<Bytes, Object> decoder : decoders) {
      assertThat(allocatedBy(decoder, huge)).isLessThan(FIXED);
    }
  }

  @Test
  void noiseCostsAFewTimesItsLength() {
    List<Bytes> noises = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      noises.add(facts.bytes(facts.random.nextInt(300)));
    }
    noises.add(facts.bytes(Limits.MESSAGE_BYTES));
    for (Bytes noise : noises) {
      assertBounded(noise);
      for (MessageType type : MessageType.values()) {
        if (type.isFact() && type != MessageType.FOUND && noise.length() < 300) {
          assertBounded(Raw.message(type, noise));
        }
      }
    }
  }

  private static void assertBounded(Bytes message) {
    long allocated = allocatedBy(FactCodec::decode, message);
    assertThat(allocated)
        .as("%d bytes", message.length())
        .isLessThan(FIXED + PER_BYTE * message.length());
  }

  /** The least of a few runs: the first may load classes, any may be profiled. */
  private static long allocatedBy(Function<Bytes, Object> decoder, Bytes message) {
    long least = Long.MAX_VALUE;
    for (int run = 0; run < 3; run++) {
      long before = THREAD.getCurrentThreadAllocatedBytes();
      Object result = decoder.apply(message);
      long after = THREAD.getCurrentThreadAllocatedBytes();
      assertThat(result).isNotNull();
      least = Math.min(least, after - before);
    }
    return least;
  }
}
