package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.Handshake;
import io.keymoot.flatkeying.key.Kek;
import io.keymoot.flatkeying.key.Session;
import io.keymoot.flatkeying.key.Unwrapped;
import io.keymoot.flatkeying.message.SessionAnswer;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
  private final Haves haves;
  private final Relays relays;

  /** With which KEKs a usable epoch's wraps were tried: what did not open does not open again. */
  private final Map<FactId, Integer> tried = new LinkedHashMap<>();

  private @Nullable CoverReport lastReport;
  private Tick reportedAt = Tick.ZERO;

  Rekeying(Core core, NeedGive needGive, Haves haves, Relays relays) {
    this.core = core;
    this.needGive = needGive;
    this.haves = haves;
    this.relays = relays;
  }

  // ---- making

  /**
   * Makes an epoch that ends the stays of as many of these as one Rekey has room for, the first in
   * any case; the others stay owed. False if the rules refuse it.
   */
  boolean make(List<Target> wanted) {
    List<Target> targets = withinBounds(wanted);
    GroupState state = core.signingState();
    Optional<Known> prev = prev(state);
    EpochSecret secret = EpochSecret.fresh(core.entropy);
    Rekey draft =
        new Rekey(prev.map(Known::id), targets, secret.commitment(), Hash32.ZERO, Hash32.ZERO);
    GroupState after = core.ledger.draft(state, core.self.member(), draft);
    Rekey bare =
        new Rekey(draft.prev(), targets, draft.commitment(), after.membersDigest(), Hash32.ZERO);
    if (!after.isMember(core.self.member())) {
      // What it wants ends itself: saying so lets the rules refuse it.
      secret.close();
      core.say(core.write(state, withCover(bare, Bytes.EMPTY), Bytes.EMPTY));
      return false;
    }
    Covering covering = cover(bare, state, after, secret);
    boolean isRefresh = prev.filter(epoch -> isNobodyOutSince(epoch, bare, state)).isPresent();
    Bytes cover = covering.make(prev, isRefresh).encode();
    Envelope fact = core.write(state, withCover(bare, cover), cover);
    Bytes said = core.said(fact).orElse(null);
    if (said == null) {
      secret.close();
      return false;
    }
    core.keys.put(fact.id(), secret, true, core.out);
    CoverReport report = report(said.length(), FactCodec.encode(fact).length(), covering);
    lastReport = report;
    reportedAt = core.now;
    core.out.add(new Effect.Rekeyed(fact.id(), report));
    return true;
  }

  /** Evidence can be long: of many heads, or a credential. The cover needs room beside it. */
  private static List<Target> withinBounds(List<Target> wanted) {
    List<Integer> lengths = FactWriter.lengths(wanted);
    int taken = 0;
    int bytes = 0;
    while (taken < Math.min(wanted.size(), Limits.REKEY_TARGETS)) {
      bytes += lengths.get(taken);
      if (taken > 0 && bytes > Limits.TARGET_BYTES) {
        break;
      }
      taken++;
    }
    return List.copyOf(wanted.subList(0, taken));
  }

  private static CoverReport report(int said, int fact, Covering covering) {
    List<CoverReport.Line> lines = new ArrayList<>(covering.lines());
    if (said > fact) {
      lines.add(
          new CoverReport.Line(
              CoverReport.Kind.CREDENTIAL,
              Optional.empty(),
              Optional.empty(),
              said - fact,
              List.of(),
              CoverReport.RESTS_ON_IT));
    }
    return new CoverReport(said, List.copyOf(lines), covering.unreached());
  }

  Optional<CoverReport> lastReport() {
    return Optional.ofNullable(lastReport);
  }

  /** It names every member, so it is not kept for long. */
  void forgetReport() {
    if (core.now.millisSince(reportedAt) >= Limits.GRACE_MILLIS) {
      lastReport = null;
    }
  }

  private Covering cover(Rekey bare, GroupState state, GroupState after, EpochSecret secret) {
    return new Covering(core, haves, bare, state, after, secret);
  }

  private static Rekey withCover(Rekey bare, Bytes cover) {
    return new Rekey(
        bare.prev(),
        bare.targets(),
        bare.commitment(),
        bare.members(),
        Hash32.sha256(cover.toArray()));
  }

  /**
   * Usable if it can be, else clean, else any: always one that is held; of several one with no
   * other after it, and then the highest id.
   */
  private Optional<Known> prev(GroupState state) {
    List<Known> best = new ArrayList<>();
    int bestRank = 0;
    for (KeyStore.Held held : core.keys.all()) {
      Known epoch = core.ledger.get(held.epoch);
      if (epoch == null
          || held.isDoubted
          || !state.contains(epoch)
          || !core.keys.holds(held.epoch, state)) {
        continue;
      }
      boolean isClean = held.uncleanSince == null && core.ledger.isClean(state, epoch);
      int rank = state.usable().contains(epoch) ? 2 : isClean ? 1 : 0;
      if (rank > bestRank) {
        best.clear();
        bestRank = rank;
      }
      if (rank == bestRank) {
        best.add(epoch);
      }
    }
    return core.ledger.latest(best).stream().max(Comparator.comparing(Known::id));
  }

  /**
   * Then, and only then, one wrap under its running key shows the new secret to nobody who is out.
   */
  private boolean isNobodyOutSince(Known prev, Rekey bare, GroupState state) {
    return bare.targets().isEmpty() && core.ledger.isClean(state, prev);
  }

  // ---- reading

  /** What is no longer usable is not read any more. */
  void changed(GroupState state) {
    tried.keySet().removeIf(epoch -> !state.isUsable(epoch));
  }

  /** Tries to read a taken epoch's secret out of its cover; true if it is held afterwards. */
  boolean read(Known epoch) {
    if (core.keys.get(epoch.id()).filter(held -> held.isProved).isPresent()) {
      return true;
    }
    GroupState after = core.ledger.after(epoch);
    if (core.ledger.cover(epoch).isEmpty() || !after.isMember(core.self.member())) {
      return false;
    }
    Covers.Opened opened = core.covers.of(epoch).orElse(null);
    if (opened == null) {
      core.ignored("a cover of " + epoch.author() + " that cannot be read");
      return false;
    }
    Cover cover = opened.cover();
    Rekey rekey = (Rekey) epoch.fact();
    Hash32 context = opened.context();
    Optional<EpochSecret> secret =
        readRefresh(epoch, rekey, cover, context)
            .or(() -> readWrap(epoch, rekey, cover, context))
            .or(() -> readSeal(epoch, rekey, cover, after, context))
            .or(() -> relays.read(epoch));
    if (secret.isEmpty()) {
      return false;
    }
    core.keys.put(epoch.id(), secret.get(), true, core.out);
    handOn(epoch);
    return true;
  }

  /** Whoever got the epoch down a tree gives it to its own eight, however it came. */
  void handOn(Known epoch) {
    core.covers
        .of(epoch)
        .flatMap(opened -> opened.cover().tree())
        .ifPresent(places -> handOn(epoch, core.ledger.after(epoch), Cover.places(places)));
  }

  private Optional<EpochSecret> readWrap(Known epoch, Rekey rekey, Cover cover, Hash32 context) {
    FactId prev = rekey.prev().orElse(null);
    int held = prev == null || cover.wraps().isEmpty() ? 0 : core.slots.held(prev);
    if (prev == null || held == 0 || Integer.valueOf(held).equals(tried.put(epoch.id(), held))) {
      return Optional.empty();
    }
    int shared = held & core.slots.sharedWith(epoch.author());
    for (Cover.SlotWrap each : cover.wraps()) {
      Kek kek =
          (shared >>> each.position() & 1) == 1
              ? core.slots.kek(prev, each.position()).orElse(null)
              : null;
      if (kek != null
          && kek.unwrap(each.wrap(), context, epoch.author(), rekey.commitment())
              instanceof Unwrapped.Opened opened) {
        return Optional.of(opened.secret());
      }
    }
    return Optional.empty();
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
    int place = after.place(core.self.member());
    for (Cover.Sealed sealed : cover.seals()) {
      if (sealed.place() == place) {
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
      case Session.Taken.Reply reply ->
          core.send(
              author,
              SideCodec.encode(
                  new SessionAnswer(core.group, session.own(), session.other(), reply.message())));
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

  // ---- the tree: the members whom the cover names for it, in their order, eight children each

  private void handOn(Known epoch, GroupState after, List<Integer> tree) {
    List<Person> members = after.members();
    int own = tree.indexOf(after.place(core.self.member()));
    int from = Limits.TREE_FAN_OUT * (own + 1);
    for (int i = from; own >= 0 && i < Math.min(from + Limits.TREE_FAN_OUT, tree.size()); i++) {
      if (tree.get(i) < members.size()) {
        needGive.handOn(epoch, members.get(tree.get(i)).id());
      }
    }
  }

  /** Whether a secret that is told proves to be the one its Rekey committed to. */
  static boolean isProved(Known epoch, EpochSecret secret) {
    return secret.revision() == 0
        && epoch.fact() instanceof Rekey rekey
        && secret.matches(rekey.commitment());
  }
}
