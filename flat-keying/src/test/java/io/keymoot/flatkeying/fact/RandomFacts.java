package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Approval.Action;
import io.keymoot.flatkeying.fact.FaultProof.BadCredential;
import io.keymoot.flatkeying.fact.FaultProof.OutOfOrder;
import io.keymoot.flatkeying.fact.Reseal.SlotKey;
import io.keymoot.flatkeying.fact.Rights.AdmitRight;
import io.keymoot.flatkeying.fact.Rights.AnyMember;
import io.keymoot.flatkeying.fact.Rights.WithApprovals;
import io.keymoot.flatkeying.fact.Rights.WithRole;
import io.keymoot.flatkeying.fact.Target.Absent;
import io.keymoot.flatkeying.fact.Target.Expelled;
import io.keymoot.flatkeying.fact.Target.Faulty;
import io.keymoot.flatkeying.fact.Target.Left;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Well-formed facts of every shape from one seed; who may say them does not matter here. */
final class RandomFacts {
  final Random random;
  final Entropy entropy;
  final SigningKey key;
  final GroupId group;
  final MemberId author;
  final FactWriter writer;

  RandomFacts(long seed) {
    this(seed, seed % 2 == 0 ? SignatureKind.ED25519 : SignatureKind.ECDSA_P256);
  }

  RandomFacts(long seed, SignatureKind kind) {
    random = new Random(seed);
    entropy = random::nextBytes;
    key = SigningKey.generate(kind, entropy);
    group = new GroupId(hash());
    author = new MemberId(hash());
    writer = new FactWriter(key, group, author);
  }

  Envelope envelope(MessageType type) {
    return switch (type) {
      case FOUND -> FactWriter.found(key, found());
      case ADMIT -> writer.write(heads(), admit(1 + random.nextInt(3), random.nextInt(3)));
      case HERE -> writer.write(heads(), new Here(hash(), hash()));
      case REKEY -> rekey(bytes(random.nextInt(2_000)));
      case RESEAL -> writer.write(heads(), reseal(1 + random.nextInt(Limits.RESEAL_SLOTS)));
      default -> throw new IllegalArgumentException(type + " is no fact");
    };
  }

  /** One of each type. */
  List<Envelope> envelopes() {
    return Stream.of(MessageType.values()).filter(MessageType::isFact).map(this::envelope).toList();
  }

  Found found() {
    return new Found(
        text(Limits.NAME_BYTES / 4),
        pick(Profile.values()),
        Suite.XWING_AES256GCM_SHA256,
        new Rights(admitRight(), maybe(this::role), 2 + random.nextInt(Limits.APPROVALS - 1)),
        trust(),
        FactWriter.founderRow(key, hash(), hash(), nonce()));
  }

  private AdmitRight admitRight() {
    return switch (random.nextInt(3)) {
      case 0 -> new AnyMember();
      case 1 -> new WithRole(role());
      default -> new WithApprovals(1 + random.nextInt(Limits.APPROVALS));
    };
  }

  private Trust trust() {
    return new Trust(
        some(3, () -> bytes(1 + random.nextInt(400))),
        some(3, () -> text(60)),
        maybe(() -> SigningKey.generate(pick(SignatureKind.values()), entropy).spki()));
  }

  Admit admit(int rows, int approvals) {
    return new Admit(exactly(rows, this::row), exactly(approvals, this::approval));
  }

  SignedJoinRequest row() {
    return row(pick(SignatureKind.values()));
  }

  SignedJoinRequest row(SignatureKind kind) {
    SigningKey newcomer = SigningKey.generate(kind, entropy);
    return FactWriter.joinRequest(newcomer, group, hash(), hash(), nonce(), new FactId(hash()));
  }

  Approval approval() {
    Action action = pick(Action.values());
    return writer.approve(heads(), action, hash(), action == Action.SUSPEND ? hash() : Hash32.ZERO);
  }

  Envelope rekey(Bytes cover) {
    return writer.write(heads(), rekeyOver(cover, some(5, this::target)), cover);
  }

  Rekey rekeyOver(Bytes cover, List<Target> targets) {
    Optional<FactId> prev = maybe(() -> new FactId(hash()));
    return new Rekey(prev, targets, hash(), hash(), Hash32.sha256(cover.toArray()));
  }

  Target target() {
    return switch (random.nextInt(5)) {
      case 0 -> new Left(leave());
      case 1 -> new Expelled(new Fingerprint(hash()), some(3, this::approval));
      case 2 -> {
        Hash32 member = hash();
        Hash32 stay = hash();
        Approval second = writer.approve(heads(), Action.SUSPEND, member, stay);
        yield new Absent(new MemberId(member), new StayId(stay), second);
      }
      case 3 -> new Faulty(new MemberId(hash()), new OutOfOrder(statement(), statement()));
      default ->
          new Faulty(
              new MemberId(hash()),
              new BadCredential(
                  new FactId(hash()), new MemberId(hash()), bytes(random.nextInt(600))));
    };
  }

  Leave leave() {
    return new FactWriter(key, group, new MemberId(hash())).leave(heads(), new StayId(hash()));
  }

  SignedHeader statement() {
    MessageType type =
        pick(
            new MessageType[] {
              MessageType.ADMIT, MessageType.HERE, MessageType.REKEY, MessageType.HEARTBEAT
            });
    return writer.sign(type, heads(), bytes(20));
  }

  Reseal reseal(int slots) {
    return new Reseal(
        random
            .ints(0, Limits.ADDRESS_SYMBOLS * 16)
            .distinct()
            .limit(slots)
            .sorted()
            .mapToObj(i -> new SlotKey(new Slot(i / 16, i % 16), hash()))
            .toList());
  }

  List<FactId> heads() {
    return exactly(1 + random.nextInt(4), () -> new FactId(hash()));
  }

  List<FactId> heads(int count) {
    return exactly(count, () -> new FactId(hash()));
  }

  Hash32 hash() {
    return Hash32.of(entropy.bytes(Hash32.LENGTH));
  }

  Bytes nonce() {
    return bytes(JoinRequest.NONCE_BYTES);
  }

  Bytes bytes(int length) {
    return Bytes.owning(entropy.bytes(length));
  }

  private String role() {
    return "role-" + text(8);
  }

  /** Letters of one to four bytes. */
  String text(int maxLetters) {
    int[] letters = {'a', 'Z', '7', ' ', 'é', 'ß', 'ツ', 0x1F511};
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(maxLetters + 1); i > 0; i--) {
      text.appendCodePoint(letters[random.nextInt(letters.length)]);
    }
    return text.toString();
  }

  private <T> T pick(T[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  private <T> Optional<T> maybe(Supplier<T> value) {
    return random.nextBoolean() ? Optional.of(value.get()) : Optional.empty();
  }

  private <T> List<T> some(int max, Supplier<T> value) {
    return exactly(random.nextInt(max + 1), value).stream().distinct().toList();
  }

  private static <T> List<T> exactly(int count, Supplier<T> value) {
    List<T> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(value.get());
    }
    return List.copyOf(items);
  }
}
