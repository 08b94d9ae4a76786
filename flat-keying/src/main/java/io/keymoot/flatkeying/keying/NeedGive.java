package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SealContext;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.SecretReader;
import io.keymoot.flatkeying.key.SecretWriter;
import io.keymoot.flatkeying.message.Give;
import io.keymoot.flatkeying.message.Need;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SlotSet;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a peer lacks it asks for, and gets sealed to it alone, from any peer that has it (section
 * 8). Who may be given what is {@code Ledger.leastRevisionFor}: the rule that carries P3 and P4.
 * Nothing else is ever given.
 */
final class NeedGive {
  private final Core core;
  private final Bucket bucket = new Bucket(Limits.GIVES_PER_SECOND);

  /** Who said that it holds an epoch, the latest last. */
  private final Map<FactId, List<MemberId>> holders = new TreeMap<>();

  /** The question that is open: an answer is taken to it alone, once, and for what it asked. */
  private @Nullable Question asked;

  private boolean hasAsked;
  private @Nullable MemberId askNext;
  private long delayMillis = Limits.ASK_FOR_KEYS_MILLIS;

  /** Since nothing was lacking: how often it was told to ask another. */
  private int sentOn;

  private @Nullable Tick lackingSince;

  private final SlotNeeds slots;
  private final Syncing syncing;

  /** Children in a tree, whose leaf keys are on their way. */
  private final Map<MemberId, Known> toHandOn = new LinkedHashMap<>();

  NeedGive(Core core, SlotNeeds slots, Syncing syncing) {
    this.core = core;
    this.slots = slots;
    this.syncing = syncing;
  }

  // ---- asking

  void heardHolder(MemberId member, FactId epoch) {
    if (core.ledger.get(epoch) == null) {
      return;
    }
    List<MemberId> known = holders.computeIfAbsent(epoch, e -> new ArrayList<>());
    known.remove(member);
    known.add(member);
    if (known.size() > Limits.HOLDERS_PER_EPOCH) {
      known.remove(0);
    }
  }

  /** The usable epochs this peer may have, and has not. */
  List<FactId> lacking() {
    List<FactId> lacking = new ArrayList<>();
    GroupState state = core.state();
    for (Known epoch : state.usable()) {
      if (!core.keys.holds(epoch.id(), state)
          && core.ledger.mayBeGiven(state, epoch, core.self.member())) {
        lacking.add(epoch.id());
      }
    }
    return lacking;
  }

  /** Looks whether something is to be asked for; called when facts or keys changed. */
  void review() {
    holders.keySet().removeIf(epoch -> !isUsable(epoch));
    handOnWhatWaited();
    if (lacking().isEmpty()) {
      lackingSince = null;
      hasAsked = false;
      delayMillis = Limits.ASK_FOR_KEYS_MILLIS;
      sentOn = 0;
      core.timers.clear(Timers.Name.ASK_FOR_KEYS);
      core.timers.clear(Timers.Name.UNREADABLE_TOO_LONG);
      return;
    }
    if (lackingSince == null) {
      lackingSince = core.now;
    }
    // A little later than at once: a seal, a Relay or a tree's Give may be on its way.
    if (!core.timers.isSet(Timers.Name.ASK_FOR_KEYS)) {
      boolean mayBeRelayed = lacking().stream().anyMatch(this::isRelayed);
      core.timers.set(
          Timers.Name.ASK_FOR_KEYS,
          mayBeRelayed ? jittered().plusMillis(Limits.RELAY_WAIT_MILLIS) : jittered());
    }
  }

  private boolean isRelayed(FactId id) {
    return core.ledger.get(id) instanceof Known epoch
        && core.covers
            .of(epoch)
            .map(Covers.Opened::cover)
            .filter(cover -> !cover.orders().isEmpty() || cover.tree().isPresent())
            .isPresent();
  }

  private boolean isUsable(FactId epoch) {
    return core.state().isUsable(epoch);
  }

  /** Asked, and held no usable epoch, for as long as makes a Rekey owed. */
  boolean isLackingTooLong() {
    return lackingSince != null
        && hasAsked
        && core.now.millisSince(lackingSince) >= Limits.UNREADABLE_MILLIS;
  }

  void ask() {
    List<FactId> lacking = lacking();
    if (lacking.isEmpty()) {
      return;
    }
    List<FactId> some = lacking.subList(0, Math.min(lacking.size(), Limits.NEEDED_EPOCHS));
    Bytes message = need(some, List.of()).orElse(null);
    if (message == null) {
      return;
    }
    asked = null;
    hasAsked = true;
    holder(some.get(0))
        .ifPresent(
            member -> {
              asked = new Question(nameOf(message), member, List.copyOf(some));
              core.send(member, message);
            });
    delayMillis = Math.min(2 * delayMillis, Limits.ASK_FOR_KEYS_MOST_MILLIS);
    core.timers.set(Timers.Name.ASK_FOR_KEYS, jittered());
    core.timers.setIfUnset(
        Timers.Name.UNREADABLE_TOO_LONG, core.now.plusMillis(Limits.UNREADABLE_MILLIS));
  }

  /** The keys of own slots, many at once, of one who has many of them. */
  void askForSlots() {
    SlotNeeds.Ask ask = slots.next().orElse(null);
    if (ask != null) {
      need(List.of(), ask.sets())
          .ifPresent(
              message -> {
                slots.asked(nameOf(message), ask.of());
                core.send(ask.of(), message);
              });
    }
  }

  /**
   * @param of whom it was asked: others may hear it too, and none of them is to end it
   */
  private record Question(Hash32 name, MemberId of, List<FactId> epochs) {}

  /** Whether who gives is who was asked. */
  static boolean isWhoWasAsked(MemberId asked, MemberId giver) {
    return asked.equals(giver);
  }

  private static Hash32 nameOf(Bytes need) {
    return SideCodec.nameOf((Need) SideCodec.decode(need).orThrow());
  }

  private Optional<Bytes> need(List<FactId> epochs, List<SlotSet> sets) {
    Stay own = core.state().newestStay(core.self.member()).orElse(null);
    LeafKeyPair leaf = own == null ? null : core.self.leafKey(own.leafKey()).orElse(null);
    if (leaf == null) {
      return Optional.empty();
    }
    return Optional.of(
        SideCodec.need(
            core.self.writer(),
            core.signingState().heads(),
            leaf.publicKey().bytes(),
            epochs,
            sets));
  }

  private Tick jittered() {
    return core.now.plusMillis(delayMillis / 2 + core.random((int) delayMillis));
  }

  /** Whom a busy one named; a random announced holder; its author; anybody who may hold it. */
  private Optional<MemberId> holder(FactId epoch) {
    GroupState state = core.state();
    MemberId named = askNext;
    askNext = null;
    if (named != null && isOther(named)) {
      return Optional.of(named);
    }
    List<MemberId> known =
        core.doubts.trusted(
            epoch, holders.getOrDefault(epoch, List.of()).stream().filter(this::isOther).toList());
    if (!known.isEmpty()) {
      return Optional.of(known.get(core.random(known.size())));
    }
    Known fact = core.ledger.get(epoch);
    if (fact != null && isOther(fact.author()) && core.random(2) == 0) {
      return Optional.of(fact.author());
    }
    List<MemberId> anybody =
        core.doubts.trusted(
            epoch, state.members().stream().map(Person::id).filter(this::isOther).toList());
    return anybody.isEmpty()
        ? Optional.empty()
        : Optional.of(anybody.get(core.random(anybody.size())));
  }

  private boolean isOther(MemberId member) {
    return !member.equals(core.self.member()) && core.state().isMember(member);
  }

  // ---- giving

  void take(Need need) {
    MemberId asker = need.signed().header().author();
    if (!core.isSignedByMember(need.signed())) {
      core.ignored("a Need that no member signed");
      return;
    }
    Stay newest = core.state().newestStay(asker).orElseThrow();
    if (!newest.leafKey().equals(Hash32.sha256(need.leafKey().toArray()))
        || !(LeafKey.decode(need.leafKey()) instanceof Decoded.Ok<LeafKey> leaf)) {
      core.ignored("a Need with a leaf key that is not the asker's newest");
      return;
    }
    core.blobs.put(need.leafKey());
    List<Known> epochs = new ArrayList<>();
    for (FactId id : need.epochs()) {
      if (core.ledger.get(id) instanceof Known epoch && revisionToGive(epoch, asker) >= 0) {
        epochs.add(epoch);
        noteThatASealFailed(epoch, asker);
      }
    }
    List<SlotSet> sets = slots.toGive(need, asker);
    if (epochs.isEmpty() && sets.isEmpty()) {
      return;
    }
    if (!bucket.take(core.now)) {
      Optional<MemberId> other =
          epochs.isEmpty() ? slots.another(sets, asker) : another(epochs.get(0), asker);
      // If there is no other, the asker comes again by itself.
      other
          .filter(id -> !id.equals(asker))
          .ifPresent(id -> send(asker, SideCodec.nameOf(need), Optional.of(id), Bytes.EMPTY));
      return;
    }
    give(epochs, sets, asker, leaf.value(), SideCodec.nameOf(need));
  }

  /**
   * What this peer sealed to the asker did not open there: it never had the Answer, or lost its
   * end. Only of an epoch in use, and only what was sealed for it: an old Need, played back, costs
   * nothing.
   */
  private void noteThatASealFailed(Known epoch, MemberId asker) {
    if (!epoch.author().equals(core.self.member()) || !isUsable(epoch.id())) {
      return;
    }
    GroupState after = core.ledger.after(epoch);
    int place = after.place(asker);
    Covers.Opened opened = core.covers.of(epoch).orElse(null);
    if (opened != null && opened.cover().seals().stream().anyMatch(seal -> seal.place() == place)) {
      Stay own = after.newestStay(core.self.member()).orElseThrow();
      Stay its = after.newestStay(asker).orElseThrow();
      core.sessions
          .known(own.id(), its.id())
          .ifPresent(session -> session.failed(opened.context()));
    }
  }

  /** Somebody else who said that it holds the epoch, or its author. */
  private Optional<MemberId> another(Known epoch, MemberId asker) {
    List<MemberId> others = new ArrayList<>(holders.getOrDefault(epoch.id(), List.of()));
    others.add(epoch.author());
    others.removeIf(id -> !isOther(id) || id.equals(asker));
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(others.get(core.random(others.size())));
  }

  /** What {@code asker} is given of the epoch; negative for nothing. */
  private int revisionToGive(Known epoch, MemberId asker) {
    KeyStore.Held held = core.keys.get(epoch.id()).orElse(null);
    OptionalInt least = core.ledger.leastRevisionFor(core.state(), epoch, asker);
    return held == null || held.isDoubted || least.isEmpty() || !core.state().contains(epoch)
        ? -1
        : Math.max(least.getAsInt(), held.lowestRevision());
  }

  private void give(
      List<Known> epochs, List<SlotSet> sets, MemberId to, LeafKey leaf, Hash32 need) {
    SealContext context =
        new SealContext(core.group, core.self.member(), to, MessageType.GIVE, need);
    try (SecretWriter writer = new SecretWriter()) {
      writer.u8(epochs.size());
      for (Known epoch : epochs) {
        int revision = revisionToGive(epoch, to);
        writer.hash(epoch.id().hash()).u32(revision);
        try (EpochSecret secret = core.keys.get(epoch.id()).orElseThrow().lowest().at(revision)) {
          writer.secret(secret);
        }
      }
      slots.write(writer, sets, to);
      send(to, need, Optional.empty(), writer.sealTo(leaf, context, core.entropy));
    }
  }

  private void send(MemberId to, Hash32 need, Optional<MemberId> busy, Bytes sealed) {
    core.send(
        to,
        SideCodec.give(core.self.writer(), core.signingState().heads(), to, need, busy, sealed));
  }

  /**
   * Down a tree: an epoch just read goes on to a child, by the same rule as if it had asked. Its
   * leaf key is fetched of itself, if it is not at hand.
   */
  void handOn(Known epoch, MemberId child) {
    Stay stay = core.state().newestStay(child).orElse(null);
    if (stay == null || revisionToGive(epoch, child) < 0) {
      return;
    }
    Optional<LeafKey> leaf = core.blobs.leafKey(stay.leafKey());
    if (leaf.isPresent()) {
      give(List.of(epoch), List.of(), child, leaf.get(), Hash32.ZERO);
    } else {
      toHandOn.put(child, epoch);
      syncing.fetchBlob(child, stay.leafKey());
    }
  }

  private void handOnWhatWaited() {
    for (Map.Entry<MemberId, Known> each : List.copyOf(toHandOn.entrySet())) {
      Optional<Stay> stay = core.state().newestStay(each.getKey());
      boolean isVain = stay.isEmpty() || !isUsable(each.getValue().id());
      boolean isHere =
          stay.filter(its -> core.blobs.leafKey(its.leafKey()).isPresent()).isPresent();
      if (isVain || isHere) {
        toHandOn.remove(each.getKey());
      }
      if (isHere && !isVain) {
        handOn(each.getValue(), each.getKey());
      }
    }
  }

  // ---- being given

  /**
   * The epochs that it brought unasked, as down a tree, and that go on. Only who was asked answers,
   * sends on to another, or ends a question; who else heard it, or nobody asked, tells what proves
   * itself and nothing more.
   */
  List<Known> take(Give give) {
    MemberId giver = give.signed().header().author();
    boolean isAboutSlots = slots.hasAsked(give.need(), giver);
    Question question = asked;
    boolean isOverheard = question != null && give.need().equals(question.name);
    boolean isAboutEpochs = question != null && isOverheard && isWhoWasAsked(question.of, giver);
    boolean isAnswer = isAboutSlots || isAboutEpochs;
    if (!give.to().equals(core.self.member())
        || !(isAnswer || ((isOverheard || give.need().isZero()) && give.busy().isEmpty()))
        || !core.isSignedByMember(give.signed())) {
      core.ignored("a Give that this peer did not ask for, or that no member signed");
      return List.of();
    }
    if (give.busy().isPresent() && isAboutSlots) {
      slots.busy(give.busy().get());
      return List.of();
    }
    if (give.busy().isPresent()) {
      askNext = give.busy().get();
      // Who names itself, or two that name each other, would be asked as fast as they answer.
      if (++sentOn <= Limits.SENT_ON_IN_A_ROW) {
        core.timers.set(Timers.Name.ASK_FOR_KEYS, core.now);
      }
      return List.of();
    }
    SealContext context =
        new SealContext(core.group, giver, core.self.member(), MessageType.GIVE, give.need());
    for (LeafKeyPair leaf : core.self.leafKeys()) {
      if (SecretReader.open(leaf, context, give.sealed(), in -> GivenKeys.read(in, core.slots::own))
          instanceof SecretReader.Read.Ok<GivenKeys> ok) {
        List<FactId> mayTell = question != null && isAboutEpochs ? question.epochs : List.of();
        asked = isAboutEpochs ? null : asked;
        List<Known> proved = accept(ok.value().epochs(), mayTell, giver);
        if (isAboutSlots) {
          slots.accept(giver, ok.value());
        } else {
          ok.value().closeSlots();
        }
        return give.need().isZero() ? proved : List.of();
      }
    }
    core.ignored("a Give that does not open");
    return List.of();
  }

  /** Epoch by epoch: id, revision, secret. The same in a Grant. */
  static Map<FactId, EpochSecret> secrets(SecretReader in) {
    int count = in.open().u8("epochs");
    Map<FactId, EpochSecret> secrets = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      FactId epoch = new FactId(in.open().hash("epoch"));
      long revision = in.open().u32("revision");
      if (revision > Integer.MAX_VALUE) {
        throw in.open().malformed("revision " + revision + " is out of range");
      }
      EpochSecret old = secrets.put(epoch, in.epochSecret((int) revision, "secret"));
      if (old != null) {
        throw in.open().malformed("an epoch stands in it twice");
      }
    }
    return secrets;
  }

  /**
   * Takes what was given. Revision 0 proves itself; a later one rests on the word of the member
   * that signed the Give, and is taken only as the answer to a question about that very epoch.
   *
   * @param asked the epochs that whoever gave was asked for
   * @return what is new, and proved
   */
  List<Known> accept(Map<FactId, EpochSecret> secrets, Collection<FactId> asked, MemberId giver) {
    List<Known> news = new ArrayList<>();
    for (Map.Entry<FactId, EpochSecret> entry : secrets.entrySet()) {
      Known epoch = core.ledger.get(entry.getKey());
      EpochSecret secret = entry.getValue();
      boolean proved = epoch != null && Rekeying.isProved(epoch, secret);
      boolean may =
          epoch != null
              && isStillToBeHad(epoch)
              && secret.revision()
                  <= core.state().revision(epoch.id()) + Limits.REVISIONS_TOLD_AHEAD
              && (proved || (asked.contains(entry.getKey()) && secret.revision() > 0))
              && core.ledger
                      .leastRevisionFor(core.state(), epoch, core.self.member())
                      .orElse(Integer.MAX_VALUE)
                  <= secret.revision();
      if (may && epoch != null) {
        boolean isNew = core.keys.put(epoch.id(), secret, proved, core.out);
        if (isNew && !proved) {
          core.doubts.told(epoch.id(), giver);
        }
        if (isNew && proved) {
          news.add(epoch);
        }
      } else {
        secret.close();
      }
    }
    return news;
  }

  /**
   * What is no longer usable may have been erased, and what tells it be a recording. Who erased
   * little knows better: a newcomer's first key opens the epoch that followed while it learnt of
   * all that had been before.
   */
  private boolean isStillToBeHad(Known epoch) {
    return isUsable(epoch.id())
        || (core.keys.mayStillCome(epoch.id()) && core.ledger.isClean(core.state(), epoch));
  }
}
