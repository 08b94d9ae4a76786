package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.Handshake;
import io.keymoot.flatkeying.key.Session;
import io.keymoot.flatkeying.key.Unwrapped;
import io.keymoot.flatkeying.message.SessionAnswer;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Making an epoch, and reading one (section 7).
 *
 * <p>The excluder knows the members, so it knows whom each entry of the cover reaches. Whoever
 * stays and is not reached (its leaf key is not at hand, a message is lost) asks for the key: a
 * cover may be incomplete, never wrong. Nobody who is out of P(x) is sealed to, and nothing is
 * wrapped under a key that somebody who is out may have.
 */
final class Rekeying {
  private final Core core;
  private final NeedGive needGive;

  Rekeying(Core core, NeedGive needGive) {
    this.core = core;
    this.needGive = needGive;
  }

  // ---- making

  /** Makes an epoch that ends the stays of {@code targets}; false if the rules refuse it. */
  boolean make(List<Target> targets) {
    GroupState state = core.signingState();
    Optional<Known> prev = prev(state);
    EpochSecret secret = EpochSecret.fresh(core.entropy);
    Rekey draft =
        new Rekey(prev.map(Known::id), targets, secret.commitment(), Hash32.ZERO, Hash32.ZERO);
    GroupState after = core.ledger.draft(state, core.self.member(), draft);
    Rekey bare =
        new Rekey(draft.prev(), targets, draft.commitment(), after.membersDigest(), Hash32.ZERO);
    List<CoverReport.Line> lines = new ArrayList<>();
    List<MemberId> unreached = new ArrayList<>();
    Bytes cover =
        after.isMember(core.self.member())
            ? plan(bare, state, after, prev, secret, lines, unreached).encode()
            : Bytes.EMPTY;
    Rekey rekey =
        new Rekey(
            bare.prev(),
            targets,
            bare.commitment(),
            bare.members(),
            Hash32.sha256(cover.toArray()));
    Envelope fact = core.write(state, rekey, cover);
    if (!core.say(fact)) {
      secret.close();
      return false;
    }
    core.keys.put(fact.id(), secret, true, core.out);
    core.out.add(
        new Effect.Rekeyed(
            fact.id(),
            new CoverReport(
                FactCodec.encode(fact).length(), List.copyOf(lines), List.copyOf(unreached))));
    return true;
  }

  /** Usable if it can be, else clean, else the newest: always one that is held. */
  private Optional<Known> prev(GroupState state) {
    Known best = null;
    int bestRank = -1;
    for (KeyStore.Held held : core.keys.all()) {
      Known epoch = core.ledger.get(held.epoch);
      if (epoch == null || !state.contains(epoch) || !core.keys.holds(held.epoch, state)) {
        continue;
      }
      int rank = state.usable().contains(epoch) ? 2 : core.ledger.isClean(state, epoch) ? 1 : 0;
      boolean better =
          best == null
              || rank > bestRank
              || (rank == bestRank
                  && (rank == 0
                      ? core.ledger.isAfter(epoch, best)
                      : epoch.id().compareTo(best.id()) > 0));
      if (better) {
        best = epoch;
        bestRank = rank;
      }
    }
    return Optional.ofNullable(best);
  }

  private Cover plan(
      Rekey bare,
      GroupState state,
      GroupState after,
      Optional<Known> prev,
      EpochSecret secret,
      List<CoverReport.Line> lines,
      List<MemberId> unreached) {
    Hash32 context = FactCodec.coverContext(core.group, core.self.member(), bare);
    Optional<Cover.Refresh> refresh =
        prev.filter(epoch -> isNobodyOutSince(epoch, bare, state))
            .flatMap(epoch -> refresh(epoch, state, secret, context));
    List<Person> members = after.members();
    List<Integer> rest = new ArrayList<>();
    int reached = 0;
    for (int place = 0; place < members.size(); place++) {
      MemberId member = members.get(place).id();
      if (member.equals(core.self.member())) {
        continue;
      }
      if (refresh.isPresent() && core.ledger.mayBeGiven(state, prev.orElseThrow(), member)) {
        reached++;
      } else {
        rest.add(place);
      }
    }
    if (refresh.isPresent()) {
      String why = "nobody is out since the epoch before: its running key reaches all who hold it";
      lines.add(new CoverReport.Line(CoverReport.Kind.REFRESH, 5 + Cover.WRAP_BYTES, reached, why));
    }
    boolean isTree = sealBytes(rest, members, after) > Limits.MULTICAST_SEAL_BYTES;
    List<Integer> sealed = isTree ? treeChildren(members, core.self.member(), 0) : rest;
    List<Cover.Sealed> seals = seals(sealed, members, after, secret, context, lines, unreached);
    if (isTree) {
      String why = "seals to all would not fit: each who reads it hands it to its eight";
      lines.add(new CoverReport.Line(CoverReport.Kind.TREE, 1, rest.size() - sealed.size(), why));
    }
    return new Cover(refresh, seals, isTree);
  }

  /**
   * Then, and only then, one wrap under its running key shows the new secret to nobody who is out.
   */
  private boolean isNobodyOutSince(Known prev, Rekey bare, GroupState state) {
    return bare.targets().isEmpty() && core.ledger.isClean(state, prev);
  }

  private Optional<Cover.Refresh> refresh(
      Known prev, GroupState state, EpochSecret secret, Hash32 context) {
    KeyStore.Held held = core.keys.get(prev.id()).orElseThrow();
    int revision = state.revision(prev.id());
    try (EpochSecret running = held.lowest().at(revision)) {
      return Optional.of(
          new Cover.Refresh(revision, running.wrap(secret, context, core.self.member())));
    }
  }

  private int sealBytes(List<Integer> places, List<Person> members, GroupState after) {
    int bytes = 0;
    for (int place : places) {
      boolean atOnce =
          session(after, members.get(place).id()).map(Session::sealsAtOnce).orElse(false);
      bytes += Cover.Sealed.bytes(!atOnce);
    }
    return bytes;
  }

  private List<Cover.Sealed> seals(
      List<Integer> places,
      List<Person> members,
      GroupState after,
      EpochSecret secret,
      Hash32 context,
      List<CoverReport.Line> lines,
      List<MemberId> unreached) {
    List<Cover.Sealed> seals = new ArrayList<>();
    int cached = 0;
    int fresh = 0;
    for (int place : places) {
      MemberId member = members.get(place).id();
      Optional<LeafKey> leaf =
          after.newestStay(member).flatMap(stay -> core.blobs.leafKey(stay.leafKey()));
      Optional<Session> session = sessionToSeal(after, member);
      if (session.isEmpty() || leaf.isEmpty()) {
        unreached.add(member);
        continue;
      }
      Session.Sealed sealed = session.get().seal(secret, context, leaf.get(), core.entropy);
      seals.add(new Cover.Sealed(place, sealed.offer(), sealed.seal()));
      if (sealed.offer().isPresent()) {
        fresh++;
      } else {
        cached++;
      }
    }
    if (cached > 0) {
      lines.add(
          new CoverReport.Line(
              CoverReport.Kind.SEAL,
              cached * Cover.Sealed.bytes(false),
              cached,
              "one seal each, under a session at hand"));
    }
    if (fresh > 0) {
      lines.add(
          new CoverReport.Line(
              CoverReport.Kind.OFFER_AND_SEAL,
              fresh * Cover.Sealed.bytes(true),
              fresh,
              "a first seal each, with the handshake of a new session"));
    }
    return seals;
  }

  // ---- sessions are between the newest stays in P(x), which both ends know alike

  private Optional<Session> session(GroupState after, MemberId other) {
    Optional<Stay> own = after.newestStay(core.self.member());
    Optional<Stay> its = after.newestStay(other);
    return own.isEmpty() || its.isEmpty()
        ? Optional.empty()
        : core.sessions.known(own.get().id(), its.get().id());
  }

  private Optional<Session> sessionToSeal(GroupState after, MemberId other) {
    Optional<Stay> own = after.newestStay(core.self.member());
    Optional<Stay> its = after.newestStay(other);
    return own.isEmpty() || its.isEmpty()
        ? Optional.empty()
        : Optional.of(core.sessions.between(own.get().id(), its.get().id()));
  }

  // ---- reading

  /** Tries to read a taken epoch's secret out of its cover; true if it is held afterwards. */
  boolean read(Known epoch) {
    if (core.keys.get(epoch.id()).filter(held -> held.isProved).isPresent()) {
      return true;
    }
    Bytes bytes = core.ledger.envelope(epoch).cover();
    GroupState after = core.ledger.after(epoch);
    if (bytes.isEmpty() || !after.isMember(core.self.member())) {
      return false;
    }
    if (!(Cover.decode(bytes) instanceof Decoded.Ok<Cover> ok)) {
      core.ignored("a cover of " + epoch.author() + " that cannot be read");
      return false;
    }
    Cover cover = ok.value();
    Rekey rekey = (Rekey) epoch.fact();
    Hash32 context = FactCodec.coverContext(core.group, epoch.author(), rekey);
    Optional<EpochSecret> secret =
        readRefresh(epoch, rekey, cover, context)
            .or(() -> readSeal(epoch, rekey, cover, after, context));
    if (secret.isEmpty()) {
      return false;
    }
    core.keys.put(epoch.id(), secret.get(), true, core.out);
    if (cover.isTree()) {
      handOn(epoch, after);
    }
    return true;
  }

  private Optional<EpochSecret> readRefresh(Known epoch, Rekey rekey, Cover cover, Hash32 context) {
    Cover.Refresh refresh = cover.refresh().orElse(null);
    KeyStore.Held held = rekey.prev().flatMap(core.keys::get).orElse(null);
    if (refresh == null
        || held == null
        || held.lowestRevision() > refresh.revision()
        // Stepping is work: an author that names another revision than its past's gets none done.
        || refresh.revision() != core.ledger.past(epoch).revision(held.epoch)) {
      return Optional.empty();
    }
    try (EpochSecret running = held.lowest().at(refresh.revision())) {
      return opened(running.unwrap(refresh.wrap(), context, epoch.author(), rekey.commitment()));
    }
  }

  private Optional<EpochSecret> readSeal(
      Known epoch, Rekey rekey, Cover cover, GroupState after, Hash32 context) {
    List<Person> members = after.members();
    for (Cover.Sealed sealed : cover.seals()) {
      if (sealed.place() < members.size()
          && members.get(sealed.place()).id().equals(core.self.member())) {
        Stay own = after.newestStay(core.self.member()).orElseThrow();
        Stay its = after.newestStay(epoch.author()).orElseThrow();
        Session session = core.sessions.between(own.id(), its.id());
        sealed.offer().ifPresent(offer -> take(offer, session, own, epoch.author()));
        return opened(session.open(sealed.seal(), context, rekey.commitment()));
      }
    }
    return Optional.empty();
  }

  private void take(Handshake.Offer offer, Session session, Stay own, MemberId author) {
    LeafKeyPair leaf = core.self.leafKey(own.leafKey()).orElse(null);
    if (leaf == null) {
      return;
    }
    switch (session.take(offer, leaf, core.entropy)) {
      case Session.Taken.Reply reply -> {
        if (reply.message() instanceof Handshake.Answer answer) {
          core.send(
              author,
              SideCodec.encode(
                  new SessionAnswer(core.group, session.own(), session.other(), answer)));
        }
      }
      case Session.Taken.Known known -> {}
      case Session.Taken.Refused refused -> core.ignored("an offer of " + author);
    }
  }

  void take(SessionAnswer message) {
    core.sessions
        .known(message.to(), message.from())
        .ifPresent(session -> session.take(message.answer()));
  }

  private static Optional<EpochSecret> opened(Unwrapped unwrapped) {
    return unwrapped instanceof Unwrapped.Opened opened
        ? Optional.of(opened.secret())
        : Optional.empty();
  }

  // ---- the tree: all members but the author, in the order of ids, eight children each

  private void handOn(Known epoch, GroupState after) {
    List<Person> members = after.members();
    int own = treePlace(members, epoch.author(), core.self.member());
    for (int place : treeChildren(members, epoch.author(), Limits.TREE_FAN_OUT * (own + 1))) {
      needGive.handOn(epoch, members.get(place).id());
    }
  }

  private static int treePlace(List<Person> members, MemberId author, MemberId member) {
    int place = 0;
    for (Person each : members) {
      if (each.id().equals(member)) {
        return place;
      }
      place += each.id().equals(author) ? 0 : 1;
    }
    throw new IllegalStateException(member + " reads an epoch it is not a member in");
  }

  /** The eight from tree place {@code from} on, as places among the members. */
  private static List<Integer> treeChildren(List<Person> members, MemberId author, int from) {
    List<Integer> children = new ArrayList<>();
    int treePlace = 0;
    for (int place = 0; place < members.size(); place++) {
      if (members.get(place).id().equals(author)) {
        continue;
      }
      if (treePlace >= from && treePlace < from + Limits.TREE_FAN_OUT) {
        children.add(place);
      }
      treePlace++;
    }
    return children;
  }

  /** Whether a secret that is told proves to be the one its Rekey committed to. */
  static boolean isProved(Known epoch, EpochSecret secret) {
    return secret.revision() == 0
        && epoch.fact() instanceof Rekey rekey
        && secret.matches(rekey.commitment());
  }
}
