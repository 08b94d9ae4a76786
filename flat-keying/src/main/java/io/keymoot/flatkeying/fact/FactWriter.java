package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Approval.Action;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;

/**
 * The author's side: makes what one member signs in one group.
 *
 * <p>Everything is decoded again before it is handed out: what we would not take, we do not make.
 * Asking for it is the caller's bug, an {@link IllegalArgumentException}.
 */
public final class FactWriter {
  private final SigningKey key;
  private final GroupId group;
  private final MemberId author;

  /**
   * @param key the author's; it stays the caller's to close
   * @param author who speaks: this stay's member, or an older one of the same device, for its Leave
   */
  public FactWriter(SigningKey key, GroupId group, MemberId author) {
    this.key = key;
    this.group = group;
    this.author = author;
  }

  // ---- before there is a member

  /** Who wants in says so. */
  public static SignedJoinRequest joinRequest(
      SigningKey key, GroupId group, Hash32 credential, Hash32 leafKey, Bytes nonce, FactId saw) {
    JoinRequest request = new JoinRequest(group, key.spki(), credential, leafKey, nonce, saw);
    Bytes body = JoinRequestCodec.encodeBody(request);
    Bytes signature = key.sign(HeaderCodec.signed(MessageType.JOIN_REQUEST, group, body));
    SignedJoinRequest signed = new SignedJoinRequest(request, request.member(), signature);
    return checked(signed, EvidenceCodec.decodeJoinRequest(EvidenceCodec.encode(signed)));
  }

  /** The founder's row of a Found, which the Found's own signature covers. */
  public static JoinRequest founderRow(
      SigningKey key, Hash32 credential, Hash32 leafKey, Bytes nonce) {
    return new JoinRequest(
        GroupId.NONE, key.spki(), credential, leafKey, nonce, new FactId(Hash32.ZERO));
  }

  /** Founds a group; the id of the result is the group's. */
  public static Envelope found(SigningKey key, Found found) {
    return new FactWriter(key, GroupId.NONE, found.founder().member()).write(List.of(), found);
  }

  // ---- as a member

  public Envelope write(List<FactId> heads, Fact content) {
    return write(heads, content, Bytes.EMPTY);
  }

  /**
   * @param heads in any order
   * @param cover a Rekey's, whose hash the content names; else empty
   */
  public Envelope write(List<FactId> heads, Fact content, Bytes cover) {
    Bytes body = ContentCodec.encode(content);
    SignedHeader signed = sign(content.type(), heads, body);
    Bytes head = HeaderCodec.encode(signed.header());
    Bytes message = FactCodec.join(head, signed.signature(), body, cover);
    return switch (FactCodec.decode(message)) {
      case Decoded.Ok<Envelope>(Envelope envelope) when envelope.fact().equals(content) -> envelope;
      case Decoded.Ok<Envelope> changed ->
          throw new IllegalArgumentException("a text in it has no encoding in UTF-8");
      case Decoded.Malformed<Envelope>(String reason) -> throw new IllegalArgumentException(reason);
    };
  }

  /** The bytes that each of these targets takes in a Rekey, its evidence included. */
  public static List<Integer> lengths(List<Target> targets) {
    return TargetCodec.lengths(targets);
  }

  /** The author, or an older member of its device, goes from {@code stay}. */
  public Leave leave(List<FactId> heads, StayId stay) {
    SignedHeader signed = sign(MessageType.LEAVE, heads, EvidenceCodec.leaveContent(stay));
    Leave leave = new Leave(signed.header(), stay, signed.signature());
    return checked(leave, EvidenceCodec.decodeLeave(EvidenceCodec.encode(leave)));
  }

  /**
   * @param stay the one to suspend from; all zero for other actions
   */
  public Approval approve(List<FactId> heads, Action action, Hash32 subject, Hash32 stay) {
    Bytes content = EvidenceCodec.approvalContent(action, subject, stay);
    SignedHeader signed = sign(MessageType.APPROVE, heads, content);
    Approval approval = new Approval(signed.header(), action, subject, stay, signed.signature());
    return checked(approval, EvidenceCodec.decodeApproval(EvidenceCodec.encode(approval)));
  }

  /** Signs a header over any content: the part all messages of members share. */
  public SignedHeader sign(MessageType type, List<FactId> heads, Bytes content) {
    List<FactId> ascending = heads.stream().sorted().distinct().toList();
    Hash32 hash = content.sha256();
    Header header = new Header(type, group, author, ascending, hash);
    Bytes signature = key.sign(HeaderCodec.signed(type, group, HeaderCodec.encode(header)));
    SignedHeader signed = new SignedHeader(header, signature);
    return checked(signed, EvidenceCodec.decodeSignedHeader(EvidenceCodec.encode(signed)));
  }

  private static <T> T checked(T made, Decoded<T> read) {
    return switch (read) {
      case Decoded.Ok<T>(T value) when value.equals(made) -> made;
      case Decoded.Ok<T> changed ->
          throw new IllegalArgumentException("it does not read as it was written");
      case Decoded.Malformed<T>(String reason) -> throw new IllegalArgumentException(reason);
    };
  }
}
