package io.keymoot.heartbeat;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who is there, who holds which slots, what is missing, and whose turn it is. The one way in.
 *
 * <p>A peer tells it what it learns, knows and holds, in {@link Input}s, and does what the {@link
 * Effect}s say, in their order. It signs, checks and sends nothing itself.
 */
public final class Heartbeat {
  private final MemberId me;
  private final Timers timers = new Timers();
  private final BeatClock clock;
  private final HeardTable heard;
  private final Fetching fetching;
  private final Repeating repeating = new Repeating();
  private final RekeyPace pace = new RekeyPace();
  private final Duties duties;
  private final Absence absence;
  private final Map<MemberId, Long> disagreed = new LinkedHashMap<>(2, 0.75f, true);
  private final long start;

  /** The effects of the step that is under way; empty between steps. */
  private final List<Effect> effects = new ArrayList<>(4);

  private Roster roster = Roster.NOBODY;
  private List<FactId> heads = List.of();
  private Optional<EpochHeld> epoch = Optional.empty();
  private int haveMask;
  private Bytes address = Bytes.EMPTY;

  private long beats;
  private @Nullable Beat lastSigned;
  private int sinceSigned;
  private long refusedBeats;

  /**
   * @param me whose heartbeat this is; it beats from when the roster has it
   * @param entropy for jitter alone
   */
  public Heartbeat(Tick now, MemberId me, Entropy entropy) {
    this.me = me;
    this.start = now.millis();
    Jitter jitter = new Jitter(entropy);
    clock = new BeatClock(jitter);
    heard = new HeardTable(start);
    fetching = new Fetching(me, jitter);
    duties = new Duties(me, jitter, pace);
    absence = new Absence(me, jitter, pace, heard, start);
  }

  /**
   * Takes one input and whatever is due by now; but duties only when woken. Who has a lot to read
   * may find there that somebody else has done them.
   */
  public List<Effect> step(Tick now, Input input) {
    long millis = now.millis();
    List<Effect> out = effects;
    switch (input) {
      case Input.Heard(Beat beat, List<FactId> unknown, boolean isRecent) -> {
        if (!isRecent || isHeard(beat, unknown, millis, out)) {
          names(beat.member(), unknown, millis);
        }
      }
      case Input.Wake wake -> {}
      case Input.Knows(Roster itsRoster, List<FactId> itsHeads) ->
          knows(itsRoster, itsHeads, millis, out);
      case Input.Holds holds -> {
        epoch = holds.epoch();
        haveMask = holds.haveMask();
      }
      case Input.ReachedAt at -> reachedAt(at.address());
      case Input.Lacks(List<FactId> facts) -> lacks(facts, millis);
      case Input.KnowsMore(MemberId member, boolean isSigned) ->
          knowsMore(member, isSigned, millis);
      case Input.Learnt(List<FactId> facts) -> learnt(facts);
      case Input.Said(FactId fact) -> {
        repeating.said(fact, millis);
        timers.set(Timers.Name.REPEAT, repeating.next());
      }
      case Input.Owed owed -> owed(owed, millis);
      case Input.Done(Duty duty) -> {
        duties.done(duty);
        timers.set(Timers.Name.DUTY, duties.next());
      }
      case Input.Rekeyed(int beside) -> {
        pace.rekeyed(beside, millis);
        duties.plan(roster);
        absence.rekeyed(millis);
        timers.set(Timers.Name.DUTY, duties.next());
        timers.set(Timers.Name.SUSPICION, absence.next());
      }
      case Input.Seconded(MemberId target, MemberId by) -> {
        absence.seconded(target, by, roster, millis);
        timers.set(Timers.Name.SUSPICION, absence.next());
      }
    }
    if (timers.anyDue(millis)) {
      fire(millis, input instanceof Input.Wake, out);
    }
    if (out.isEmpty()) {
      return List.of();
    }
    List<Effect> done = List.copyOf(out);
    out.clear();
    return done;
  }

  public Optional<Tick> nextDeadline() {
    return timers.deadline();
  }

  // ---- this peer

  private void knows(Roster itsRoster, List<FactId> itsHeads, long now, List<Effect> out) {
    if (itsHeads.isEmpty() || itsHeads.size() > Limits.HEADS) {
      throw new IllegalStateException(itsHeads.size() + " heads");
    }
    heads = List.copyOf(itsHeads);
    if (itsRoster == roster || itsRoster.digest().equals(roster.digest())) {
      return;
    }
    Roster before = roster;
    roster = itsRoster;
    meet(roster.since(before), before, now);
    passOn(before, out);
    duties.plan(roster);
    timers.set(Timers.Name.DUTY, duties.next());
    timers.set(Timers.Name.SUSPICION, absence.next());
    timers.set(Timers.Name.FETCH, fetching.next());
    if (roster.contains(me)) {
      boolean first = clock.next() == Timers.NEVER;
      clock.groupIs(roster.size(), now);
      timers.set(Timers.Name.BEAT, clock.next());
      if (first) {
        timers.set(Timers.Name.CHECK, absence.nextCheck(roster, now));
      }
    } else {
      clock.stop();
      timers.set(Timers.Name.BEAT, Timers.NEVER);
      timers.set(Timers.Name.CHECK, Timers.NEVER);
    }
  }

  private void meet(Roster.Change change, Roster before, long now) {
    heard.forget(change.removed());
    fetching.forget(change.removed());
    absence.forget(change.removed());
    disagreed.keySet().removeAll(change.removed());
    if (before != Roster.NOBODY) {
      // Their silence counts from here. Those of the first roster: from this peer's own start.
      for (MemberId member : change.added()) {
        if (!member.equals(me)) {
          heard.heardOf(member, now);
        }
      }
    }
  }

  private void passOn(Roster before, List<Effect> out) {
    if (before == Roster.NOBODY) {
      return;
    }
    for (int position = 0; position < Limits.ADDRESS_SYMBOLS; position++) {
      for (int symbol = 0; symbol < roster.profile().radix(); symbol++) {
        Slot slot = new Slot(position, symbol);
        Optional<MemberId> from = before.line(slot).stream().findFirst();
        Optional<MemberId> to = roster.line(slot).stream().findFirst();
        if (!from.equals(to)) {
          out.add(new Effect.KeyHolderPassed(slot, from, to));
        }
      }
    }
  }

  private void reachedAt(Bytes itsAddress) {
    if (itsAddress.length() > HeartbeatLimits.ADDRESS_BYTES) {
      throw new IllegalStateException("an address of " + itsAddress.length() + " bytes");
    }
    address = itsAddress;
  }

  // ---- others

  /** False if it is an old one. */
  private boolean isHeard(Beat beat, List<FactId> unknown, long now, List<Effect> out) {
    MemberId member = beat.member();
    int row = heard.find(member);
    if (row >= 0 || (roster.contains(member) && !member.equals(me))) {
      HeardTable.Verdict verdict = row >= 0 ? heard.hear(row, beat, now) : heard.hear(beat, now);
      if (verdict == HeardTable.Verdict.STALE) {
        refusedBeats++;
        return false;
      }
      absence.heardOf(member);
      if (beat.signed() && unknown.isEmpty()) {
        compareRosters(beat, now, out);
      }
    }
    return true;
  }

  /** Who is no member among my facts may be one among those I have not got. */
  private void names(MemberId member, List<FactId> unknown, long now) {
    if (!unknown.isEmpty()) {
      fetching.heard(member, roster.contains(member), unknown, roster.size(), now);
      timers.set(Timers.Name.FETCH, fetching.next());
    }
  }

  /** Same facts, so the same roster: if not, one of us counts wrongly, and people should know. */
  private void compareRosters(Beat beat, long now, List<Effect> out) {
    if (beat.content().membersDigest().equals(roster.digest()) || !beat.heads().equals(heads)) {
      return;
    }
    Long last = disagreed.get(beat.member());
    if (last != null && now - last < HeartbeatLimits.DISAGREEMENT_AGAIN) {
      return;
    }
    disagreed.put(beat.member(), now);
    if (disagreed.size() > HeartbeatLimits.DISAGREEMENTS) {
      disagreed.remove(disagreed.keySet().iterator().next());
    }
    out.add(
        new Effect.RosterDisagrees(beat.member(), beat.content().membersDigest(), roster.digest()));
  }

  // ---- facts

  private void lacks(List<FactId> facts, long now) {
    fetching.lacks(facts, now);
    timers.set(Timers.Name.FETCH, fetching.next());
  }

  private void knowsMore(MemberId member, boolean isSigned, long now) {
    fetching.knowsMore(member, roster.contains(member), isSigned, now);
    timers.set(Timers.Name.FETCH, fetching.next());
  }

  private void learnt(List<FactId> facts) {
    fetching.learnt(facts);
    timers.set(Timers.Name.FETCH, fetching.next());
  }

  // ---- duties

  private void owed(Input.Owed owed, long now) {
    if (owed.duty() instanceof Duty.Absent) {
      throw new IllegalStateException(owed.duty() + ": watchers find that out themselves");
    }
    duties.owe(owed.duty(), owed.urgent(), owed.unable(), roster, now);
    timers.set(Timers.Name.DUTY, duties.next());
  }

  // ---- time

  private void fire(long now, boolean isWoken, List<Effect> out) {
    if (timers.isDue(Timers.Name.BEAT, now)) {
      if (clock.beats(now)) {
        beat(out);
      }
      timers.set(Timers.Name.BEAT, clock.next());
    }
    if (timers.isDue(Timers.Name.CHECK, now)) {
      absence.check(roster, now, out);
      timers.set(Timers.Name.CHECK, absence.nextCheck(roster, now));
      timers.set(Timers.Name.SUSPICION, absence.next());
    }
    if (isWoken && timers.isDue(Timers.Name.DUTY, now)) {
      duties.act(roster, now, out);
      timers.set(Timers.Name.DUTY, duties.next());
    }
    if (isWoken && timers.isDue(Timers.Name.SUSPICION, now)) {
      absence.act(roster, now, out);
      timers.set(Timers.Name.SUSPICION, absence.next());
    }
    if (timers.isDue(Timers.Name.FETCH, now)) {
      fetching.ask(now, out);
      timers.set(Timers.Name.FETCH, fetching.next());
    }
    if (timers.isDue(Timers.Name.REPEAT, now)) {
      repeating.repeat(now, out);
      timers.set(Timers.Name.REPEAT, repeating.next());
    }
  }

  private void beat(List<Effect> out) {
    HeartbeatContent content =
        new HeartbeatContent(++beats, epoch, haveMask, roster.digest(), address);
    sinceSigned++;
    Beat last = lastSigned;
    boolean signed =
        last == null
            // Who holds no epoch has no key for a MAC.
            || epoch.isEmpty()
            || sinceSigned >= HeartbeatLimits.SIGNED_EVERY
            || !last.heads().equals(heads)
            || !last.content().saysTheSame(content);
    Beat beat = new Beat(roster.group(), me, heads, content, signed);
    if (signed) {
      lastSigned = beat;
      sinceSigned = 0;
    }
    out.add(new Effect.SendBeat(beat));
  }

  // ---- for people, and for whoever looks for somebody to ask

  public Freshness freshness() {
    return absence.freshness();
  }

  /** Every member as it looks from here, this peer aside, in the order of ids. */
  public List<MemberView> members(Tick now) {
    List<MemberView> views = new ArrayList<>(roster.size());
    for (int i = 0; i < roster.size(); i++) {
      MemberId member = roster.member(i);
      if (!member.equals(me)) {
        views.add(view(member, now));
      }
    }
    return List.copyOf(views);
  }

  /** One member as it looks from here. */
  public MemberView member(MemberId member, Tick now) {
    return view(member, now);
  }

  private MemberView view(MemberId member, Tick now) {
    int row = heard.find(member);
    if (row < 0) {
      return new MemberView(member, colour(start, now), Optional.empty(), Optional.empty());
    }
    Optional<HeartbeatContent> said = word(row);
    Tick at = new Tick(heard.heardAt(row));
    return new MemberView(member, colour(at.millis(), now), Optional.of(at), said);
  }

  private Colour colour(long heardAt, Tick now) {
    long silent = now.millis() - heardAt;
    double interval = HeartbeatLimits.interval(roster.size());
    if (silent
        <= Math.max(HeartbeatLimits.FRESH_FOR, HeartbeatLimits.FRESH_FOR_INTERVALS * interval)) {
      return Colour.FRESH;
    }
    return silent
            <= Math.max(HeartbeatLimits.QUIET_FOR, HeartbeatLimits.QUIET_FOR_INTERVALS * interval)
        ? Colour.QUIET
        : Colour.SILENT;
  }

  /** What the member's latest signed heartbeat said: anybody who holds the key can make hints. */
  public Optional<HeartbeatContent> said(MemberId member) {
    int row = heard.find(member);
    return row < 0 ? Optional.empty() : word(row);
  }

  private Optional<HeartbeatContent> word(int row) {
    return Optional.ofNullable(heard.signed(row)).map(Beat::content);
  }

  /** Whether its sender's last signed heartbeat said the same, and no hint since then another. */
  public boolean saidBefore(Beat beat) {
    int row = heard.find(beat.member());
    Beat signed = row < 0 ? null : heard.signed(row);
    return signed != null && beat.saysTheSame(signed) && !heard.isContradicted(row);
  }

  /** Whether a later one of its sender was heard, or this very one. */
  public boolean isOld(Beat beat) {
    int row = heard.find(beat.member());
    return row >= 0 && heard.isStale(row, beat);
  }

  /** Members that say they hold this epoch's key, in the order in which they were heard of. */
  public List<MemberId> holders(FactId ofEpoch) {
    List<MemberId> holders = new ArrayList<>();
    for (int row = 0; row < heard.rows(); row++) {
      if (word(row).filter(word -> holds(word, ofEpoch)).isPresent()) {
        holders.add(heard.member(row));
      }
    }
    return List.copyOf(holders);
  }

  /** Members that say they hold the slot's key as of this epoch. */
  public List<MemberId> holders(FactId ofEpoch, Slot slot) {
    return holders(ofEpoch).stream()
        .filter(member -> slot.isHeldBy(member, roster.profile()))
        .filter(member -> said(member).map(s -> s.has(slot.position())).orElse(false))
        .toList();
  }

  private static boolean holds(HeartbeatContent content, FactId ofEpoch) {
    return content.epoch().map(held -> held.epoch().equals(ofEpoch)).orElse(false);
  }

  /** Key ownership: the whole table, by position and symbol. Walks all members. */
  public List<SlotView> slots() {
    int radix = roster.profile().radix();
    int[] members = new int[Limits.ADDRESS_SYMBOLS * radix];
    int[] having = new int[members.length];
    for (int i = 0; i < roster.size(); i++) {
      MemberId member = roster.member(i);
      int has = member.equals(me) ? haveMask : maskAtMyEpoch(member);
      for (int position = 0; position < Limits.ADDRESS_SYMBOLS; position++) {
        int cell = position * radix + member.hash().symbol(position, roster.profile().symbolBits());
        members[cell]++;
        having[cell] += has >>> position & 1;
      }
    }
    List<SlotView> views = new ArrayList<>(members.length);
    for (int cell = 0; cell < members.length; cell++) {
      Slot slot = new Slot(cell / radix, cell % radix);
      views.add(new SlotView(slot, roster.line(slot), members[cell], having[cell]));
    }
    return List.copyOf(views);
  }

  private int maskAtMyEpoch(MemberId member) {
    Optional<FactId> mine = epoch.map(EpochHeld::epoch);
    return said(member)
        .filter(content -> content.epoch().map(EpochHeld::epoch).equals(mine))
        .map(HeartbeatContent::haveMask)
        .orElse(0);
  }

  /** Facts wanted and not yet had. */
  public List<FactId> wanted() {
    return fetching.wanted();
  }

  /** Heartbeats that were old. */
  public long refused() {
    return refusedBeats;
  }
}
