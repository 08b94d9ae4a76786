package io.keymoot.flatkeying.fact;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.util.List;
import java.util.function.Function;

/**
 * Every decoder, on anything: it answers and never throws, and what it takes it writes back byte
 * for byte. The build replays the corpus in the resources; CONTRIBUTING says how to search further.
 */
class FactFuzzTest {
  static final List<MessageType> FACTS =
      List.of(
          MessageType.FOUND,
          MessageType.ADMIT,
          MessageType.HERE,
          MessageType.REKEY,
          MessageType.RESEAL);

  @FuzzTest
  void facts(byte[] data) {
    writesBackWhatItTakes(Bytes.of(data), FactCodec::decode, FactCodec::encode);
  }

  /** With the hash of the content right, or no change to a content would ever get past it. */
  @FuzzTest
  void contents(byte[] data) {
    Bytes message = messageOfContent(data);
    writesBackWhatItTakes(message, FactCodec::decode, FactCodec::encode);
    if (FactCodec.decode(message) instanceof Decoded.Ok<Envelope>(Envelope envelope)) {
      Bytes plain = ContentCodec.encode(envelope.fact());
      Decoded<Fact> again =
          Decoded.all(
              plain,
              in -> ContentCodec.read(envelope.header().type(), envelope.header().group(), in));
      assertThat(again.orThrow()).isEqualTo(envelope.fact());
    }
  }

  /** The first byte says which type, the rest is the content. */
  static Bytes messageOfContent(byte[] data) {
    MessageType type =
        data.length == 0 ? MessageType.HERE : FACTS.get((data[0] & 0xff) % FACTS.size());
    Bytes body = Bytes.of(data, Math.min(1, data.length), Math.max(0, data.length - 1));
    if (body.length() > 0xffff) {
      return body;
    }
    if (type != MessageType.FOUND) {
      return Raw.message(type, body);
    }
    Decoded<Fact> content =
        Decoded.all(body, in -> ContentCodec.read(MessageType.FOUND, GroupId.NONE, in));
    MemberId founder =
        content instanceof Decoded.Ok<Fact>(Found found) ? found.founder().member() : Raw.AUTHOR;
    Header header = new Header(MessageType.FOUND, GroupId.NONE, founder, List.of(), body.sha256());
    return Raw.message(header, body, Bytes.EMPTY);
  }

  @FuzzTest
  void joinRequests(byte[] data) {
    writesBackWhatItTakes(Bytes.of(data), EvidenceCodec::decodeJoinRequest, EvidenceCodec::encode);
  }

  @FuzzTest
  void leaves(byte[] data) {
    writesBackWhatItTakes(Bytes.of(data), EvidenceCodec::decodeLeave, EvidenceCodec::encode);
  }

  @FuzzTest
  void approvals(byte[] data) {
    writesBackWhatItTakes(Bytes.of(data), EvidenceCodec::decodeApproval, EvidenceCodec::encode);
  }

  @FuzzTest
  void signedHeaders(byte[] data) {
    writesBackWhatItTakes(Bytes.of(data), EvidenceCodec::decodeSignedHeader, EvidenceCodec::encode);
  }

  private static <T> void writesBackWhatItTakes(
      Bytes bytes, Function<Bytes, Decoded<T>> decode, Function<T, Bytes> encode) {
    Decoded<T> decoded = decode.apply(bytes);
    assertThat(decode.apply(bytes)).isEqualTo(decoded);
    if (decoded instanceof Decoded.Ok<T>(T value)) {
      assertThat(encode.apply(value)).isEqualTo(bytes);
    }
  }
}
