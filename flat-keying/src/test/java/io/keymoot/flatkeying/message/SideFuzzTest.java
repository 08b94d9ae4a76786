package io.keymoot.flatkeying.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.EvidenceCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Header;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireWriter;
import java.util.List;

/**
 * The decoder of side messages, on anything: it answers and never throws, and what it takes is
 * written back byte for byte. The build replays the corpus in the resources; CONTRIBUTING says how
 * to search further.
 */
public class SideFuzzTest {
  public static final List<MessageType> SIGNED =
      List.of(MessageType.GRANT, MessageType.NEED, MessageType.GIVE, MessageType.SYNC);

  private static final Hash32 SOMETHING = new Hash32(1, 2, 3, 4);

  @FuzzTest
  void sideMessages(byte[] data) {
    writesBackWhatItTakes(Bytes.of(data));
  }

  /** With the hash of the content right, or no change to a content would ever get past it. */
  @FuzzTest
  void signedContents(byte[] data) {
    writesBackWhatItTakes(messageOfContent(data));
  }

  /** The first byte says which type, the rest is the content. */
  static Bytes messageOfContent(byte[] data) {
    int type = data.length == 0 ? 0 : (data[0] & 0xff) % SIGNED.size();
    Bytes content = Bytes.of(data, Math.min(1, data.length), Math.max(0, data.length - 1));
    if (content.length() > 0xffff) {
      return content;
    }
    Header header =
        new Header(
            SIGNED.get(type),
            new GroupId(SOMETHING),
            new MemberId(SOMETHING),
            List.of(new FactId(SOMETHING)),
            content.sha256());
    Bytes signature = Bytes.owning(new byte[Limits.SIGNATURE_BYTES]);
    return message(new SignedHeader(header, signature), content);
  }

  static void writesBackWhatItTakes(Bytes bytes) {
    Decoded<SideMessage> decoded = SideCodec.decode(bytes);
    assertThat(SideCodec.decode(bytes)).isEqualTo(decoded);
    if (decoded instanceof Decoded.Ok<SideMessage>(SideMessage message)) {
      assertThat(written(message)).isEqualTo(bytes);
    }
  }

  /**
   * What README says of each, written down once more: nobody but its author encodes a signed one.
   */
  private static Bytes written(SideMessage message) {
    return switch (message) {
      case JoinAsk ask -> SideCodec.encode(ask);
      case LeaveWord word -> EvidenceCodec.encode(word.leave());
      case ApproveWord word -> EvidenceCodec.encode(word.approval());
      case Grant grant ->
          message(
              grant.signed(),
              new WireWriter()
                  .hash(grant.to().hash())
                  .hash(grant.admit().hash())
                  .bytes(grant.sealed())
                  .toBytes());
      case Need need ->
          message(
              need.signed(),
              new WireWriter()
                  .bytes(need.leafKey())
                  .list(need.epochs(), (w, epoch) -> w.hash(epoch.hash()))
                  .list(
                      need.slots(),
                      (w, set) ->
                          w.hash(set.made().hash()).u32(Integer.toUnsignedLong(set.positions())))
                  .toBytes());
      case Give give -> {
        WireWriter content =
            new WireWriter().hash(give.to().hash()).hash(give.need()).bool(give.busy().isPresent());
        give.busy().ifPresent(other -> content.hash(other.hash()));
        yield message(give.signed(), content.bytes(give.sealed()).toBytes());
      }
      case SyncAsk ask ->
          message(
              ask.signed(),
              new WireWriter()
                  .bool(ask.fromNothing())
                  .list(ask.wanted(), (w, fact) -> w.hash(fact.hash()))
                  .list(ask.blobs(), WireWriter::hash)
                  .toBytes());
      case SyncReply reply -> SideCodec.encode(reply);
      case Relay relay -> SideCodec.encode(relay);
      case SessionAnswer answer -> SideCodec.encode(answer);
    };
  }

  private static Bytes message(SignedHeader signed, Bytes content) {
    return new WireWriter().fixed(EvidenceCodec.encode(signed)).bytes(content).toBytes();
  }
}
