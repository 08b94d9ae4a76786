package io.keymoot.flatkeying.fact;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The fuzzer starts from the corpus, so there has to be something well formed in it for each
 * decoder. {@code -Dcorpus.rewrite} writes these seeds anew, and leaves alone what fuzzing found.
 */
class FuzzCorpusTest {
  private static final Path CORPUS =
      Path.of("src/test/resources/io/keymoot/flatkeying/fact/FactFuzzTestInputs");

  @Test
  void everyDecoderHasWellFormedSeeds() throws IOException {
    for (long seed = 0; seed < 2; seed++) {
      RandomFacts facts = new RandomFacts(seed);
      for (MessageType type : FactFuzzTest.FACTS) {
        String name = type.name().toLowerCase(java.util.Locale.ROOT) + "-" + seed;
        Envelope envelope = facts.envelope(type);
        seed("facts", name, FactCodec.encode(envelope));
        byte[] content = new byte[1 + envelope.body().length()];
        content[0] = (byte) FactFuzzTest.FACTS.indexOf(type);
        envelope.body().copyTo(content, 1);
        seed("contents", name, Bytes.owning(content));
      }
      seed("joinRequests", "request-" + seed, EvidenceCodec.encode(facts.row()));
      seed("leaves", "leave-" + seed, EvidenceCodec.encode(facts.leave()));
      seed("approvals", "approval-" + seed, EvidenceCodec.encode(facts.approval()));
      seed("signedHeaders", "statement-" + seed, EvidenceCodec.encode(facts.statement()));
    }
    eachTypeIsTaken("facts", FactCodec::decode);
    eachTypeIsTaken(
        "contents", data -> FactCodec.decode(FactFuzzTest.messageOfContent(data.toArray())));
    assertThat(taken("joinRequests", EvidenceCodec::decodeJoinRequest)).isNotEmpty();
    assertThat(taken("leaves", EvidenceCodec::decodeLeave)).isNotEmpty();
    assertThat(taken("approvals", EvidenceCodec::decodeApproval)).isNotEmpty();
    assertThat(taken("signedHeaders", EvidenceCodec::decodeSignedHeader)).isNotEmpty();
  }

  private static void seed(String decoder, String name, Bytes bytes) throws IOException {
    if (System.getProperty("corpus.rewrite") != null) {
      Path folder = Files.createDirectories(CORPUS.resolve(decoder));
      Files.write(folder.resolve(name), bytes.toArray());
    }
  }

  private static void eachTypeIsTaken(String decoder, Function<Bytes, Decoded<Envelope>> decode)
      throws IOException {
    assertThat(taken(decoder, decode))
        .extracting(envelope -> envelope.header().type())
        .containsAll(FactFuzzTest.FACTS);
  }

  private static <T> Stream<T> taken(String decoder, Function<Bytes, Decoded<T>> decode)
      throws IOException {
    Stream.Builder<T> taken = Stream.builder();
    try (Stream<Path> files = Files.list(CORPUS.resolve(decoder))) {
      for (Path file : files.sorted().toList()) {
        if (decode.apply(Bytes.owning(Files.readAllBytes(file)))
            instanceof Decoded.Ok<T>(T value)) {
          taken.add(value);
        }
      }
    }
    return taken.build();
  }
}
