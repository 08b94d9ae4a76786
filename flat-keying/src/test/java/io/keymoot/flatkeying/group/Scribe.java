package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.Fact;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Header;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.Leave;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireWriter;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Writes down and signs what the people of a test say; everything follows from their names. */
final class Scribe implements SectionFiveOracle.Evidence {

  /** A device that signs. */
  record Device(String name, Bytes key) {}

  static final GroupId NO_GROUP = new GroupId(Hash32.ZERO);

  Device device(String name) {
    return new Device(name, Bytes.owning(Hash32.sha256(text("device " + name)).toArray()));
  }

  JoinRequest request(GroupId group, Device device, Hash32 credential, int start, FactId saw) {
    byte[] seed = text("start " + device.name() + " " + start);
    return new JoinRequest(
        group,
        device.key(),
        credential,
        Hash32.sha256(text("leaf"), seed),
        Bytes.of(Hash32.sha256(seed).toArray(), 0, JoinRequest.NONCE_BYTES),
        saw);
  }

  SignedJoinRequest sign(Device device, JoinRequest request) {
    return new SignedJoinRequest(
        request, member(request), signature(device.key(), serial(request)));
  }

  Envelope fact(Device device, GroupId group, MemberId author, List<FactId> heads, Fact fact) {
    Bytes body = serial(fact);
    Header header =
        new Header(fact.type(), group, author, sorted(heads), Hash32.sha256(body.toArray()));
    return new Envelope(
        id(header),
        header,
        fact,
        signature(device.key(), serial(header)),
        serial(header),
        body,
        Bytes.EMPTY);
  }

  Approval approval(
      Device device,
      GroupId group,
      MemberId author,
      List<FactId> heads,
      Approval.Action action,
      Hash32 subject,
      Hash32 stay) {
    Header header =
        new Header(
            MessageType.APPROVE, group, author, sorted(heads), content(action, subject, stay));
    return new Approval(header, action, subject, stay, signature(device.key(), serial(header)));
  }

  Leave leave(Device device, GroupId group, MemberId author, List<FactId> heads, StayId stay) {
    Header header = new Header(MessageType.LEAVE, group, author, sorted(heads), content(stay));
    return new Leave(header, stay, signature(device.key(), serial(header)));
  }

  SignedHeader heartbeat(
      Device device, GroupId group, MemberId author, List<FactId> heads, int counter) {
    Header header =
        new Header(
            MessageType.HEARTBEAT,
            group,
            author,
            sorted(heads),
            Hash32.sha256(text("beat " + counter)));
    return new SignedHeader(header, signature(device.key(), serial(header)));
  }

  static SignedHeader header(Envelope fact) {
    return new SignedHeader(fact.header(), fact.signature());
  }

  private static List<FactId> sorted(List<FactId> heads) {
    return List.copyOf(new TreeSet<>(heads));
  }

  // ---- what the oracle asks

  @Override
  public FactId id(Header header) {
    return new FactId(Hash32.sha256(serial(header).toArray()));
  }

  @Override
  public MemberId member(JoinRequest request) {
    return new MemberId(Hash32.sha256(serial(request).toArray()));
  }

  @Override
  public boolean holds(SignedHeader signed, Bytes key) {
    return signed.signature().equals(signature(key, serial(signed.header())));
  }

  @Override
  public boolean holds(Approval approval, Bytes key) {
    return holds(new SignedHeader(approval.header(), approval.signature()), key)
        && approval
            .header()
            .content()
            .equals(content(approval.action(), approval.subject(), approval.stay()));
  }

  @Override
  public boolean holds(Leave leave, Bytes key) {
    return holds(new SignedHeader(leave.header(), leave.signature()), key)
        && leave.header().content().equals(content(leave.stay()));
  }

  // ---- bytes

  private static Hash32 content(Approval.Action action, Hash32 subject, Hash32 stay) {
    return Hash32.sha256(new byte[] {(byte) action.code()}, subject.toArray(), stay.toArray());
  }

  private static Hash32 content(StayId stay) {
    return Hash32.sha256(stay.hash().toArray());
  }

  private static Bytes signature(Bytes key, Bytes message) {
    byte[] first = Hash32.sha256(key.toArray(), message.toArray()).toArray();
    return new WireWriter().fixed(first).fixed(Hash32.sha256(first).toArray()).toBytes();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Bytes serial(Object value) {
    WireWriter out = new WireWriter();
    write(out, value);
    return out.toBytes();
  }

  private static void write(WireWriter out, Object value) {
    switch (value) {
      case Hash32 hash -> out.hash(hash);
      case Bytes bytes -> out.bytes(bytes);
      case List<?> list -> {
        out.u8(list.size());
        list.forEach(item -> write(out, item));
      }
      case Optional<?> optional -> {
        out.bool(optional.isPresent());
        optional.ifPresent(item -> write(out, item));
      }
      case Record record -> {
        out.text(record.getClass().getSimpleName());
        for (RecordComponent component : record.getClass().getRecordComponents()) {
          try {
            write(out, component.getAccessor().invoke(record));
          } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
          }
        }
      }
      default -> out.text(value.toString());
    }
  }
}
