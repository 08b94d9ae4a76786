package io.keymoot.heartbeat;

import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.wire.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** Well-formed heartbeats of every form: where the fuzzer starts. */
final class Seeds {
  private Seeds() {}

  private static final Random RANDOM = new Random(60);
  private static final SigningKey KEY =
      SigningKey.generate(SignatureKind.ED25519, RANDOM::nextBytes);
  private static final GroupId GROUP = new GroupId(People.hash(RANDOM));
  private static final MemberId MEMBER = new MemberId(People.hash(RANDOM));
  private static final FactWriter WRITER = new FactWriter(KEY, GROUP, MEMBER);

  static Map<String, Bytes> heartbeats() {
    RANDOM.setSeed(61);
    Map<String, Bytes> seeds = new LinkedHashMap<>();
    seeds.put("hint", encode(beat(false, 1, true)));
    seeds.put("hint-of-32-heads", encode(beat(false, 32, true)));
    seeds.put("signed", encode(beat(true, 1, true)));
    seeds.put("signed-of-32-heads", encode(beat(true, 32, true)));
    seeds.put("signed-without-key", encode(beat(true, 2, false)));
    return seeds;
  }

  private static Beat beat(boolean signed, int heads, boolean epoch) {
    List<FactId> ids =
        Stream.generate(() -> new FactId(People.hash(RANDOM))).limit(heads).sorted().toList();
    Optional<EpochHeld> held =
        epoch
            ? Optional.of(new EpochHeld(new FactId(People.hash(RANDOM)), RANDOM.nextInt(99)))
            : Optional.empty();
    return new Beat(
        GROUP,
        MEMBER,
        ids,
        new HeartbeatContent(
            RANDOM.nextLong(), held, RANDOM.nextInt(), People.hash(RANDOM), Bytes.fromHex("c0a8")),
        signed);
  }

  private static Bytes encode(Beat beat) {
    return HeartbeatCodec.encode(
        beat,
        (heads, content) -> WRITER.sign(MessageType.HEARTBEAT, heads, content),
        HeartbeatCodecTest::hmac);
  }

  /** Writes the corpus, if it is to be written anew. */
  public static void main(String[] args) throws IOException {
    write(Path.of(args[0], "heartbeats"), heartbeats());
  }

  private static void write(Path folder, Map<String, Bytes> seeds) throws IOException {
    Files.createDirectories(folder);
    for (Map.Entry<String, Bytes> seed : seeds.entrySet()) {
      Files.write(folder.resolve(seed.getKey()), seed.getValue().toArray());
    }
  }
}
