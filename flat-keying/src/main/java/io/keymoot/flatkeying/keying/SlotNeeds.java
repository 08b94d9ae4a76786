package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.key.Kek;
import io.keymoot.flatkeying.key.SecretWriter;
import io.keymoot.flatkeying.message.Need;
import io.keymoot.flatkeying.message.SlotSet;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Asking for the keys of one's own slots, and giving them (section 8): many in one Give, from
 * whoever shares most of what is lacking. A KEK has no commitment, so it is taken only from a
 * member of its slot; a Reseal's key proves itself.
 */
final class SlotNeeds {
  private static final int OUTSTANDING = 8;

  private final Core core;
  private final Haves haves;
  private List<SlotKeys.Wanted> wanted = List.of();

  /** The last questions, and of whom each was asked. */
  private final Map<Hash32, MemberId> asked = new LinkedHashMap<>();

  private long delayMillis = Limits.ASK_FOR_KEYS_MILLIS;
  private int vain;
  private int sentOn;

  /** Who was given a Reseal's keys last: whom a busy giver names. */
  private final Map<FactId, MemberId> givenTo = new TreeMap<>();

  private @Nullable MemberId askNext;

  SlotNeeds(Core core, Haves haves) {
    this.core = core;
    this.haves = haves;
  }

  // ---- asking

  /**
   * How long to wait between asks, so that all members together ask at a steady rate, however many
   * they are. Nothing waits for these keys: without them a change costs more bytes. And who waits
   * asks less often, for others have more to give by then.
   */
  private long pace() {
    return Math.clamp(
        core.state().memberCount() * Limits.ASK_FOR_SLOTS_MILLIS_A_MEMBER,
        Limits.ASK_FOR_KEYS_MILLIS,
        Limits.ASK_FOR_SLOTS_MOST_MILLIS);
  }

  /** Looks whether something is to be asked for; called when facts or keys may have changed. */
  void review() {
    List<SlotKeys.Wanted> now = core.slots.wanted();
    if (now.equals(wanted)) {
      return;
    }
    wanted = now;
    delayMillis = pace();
    vain = 0;
    sentOn = 0;
    if (now.isEmpty()) {
      core.timers.clear(Timers.Name.ASK_FOR_SLOTS);
    } else {
      // A newly made key spreads while all who lack it wait for another moment.
      core.timers.setIfUnset(
          Timers.Name.ASK_FOR_SLOTS, core.now.plusMillis(core.random((int) (2 * delayMillis))));
    }
    givenTo.keySet().removeIf(made -> core.ledger.get(made) == null);
  }

  /** What to ask for now, and whom; nothing if nobody can be thought of. */
  Optional<Ask> next() {
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    core.timers.set(
        Timers.Name.ASK_FOR_SLOTS,
        core.now.plusMillis(delayMillis + core.random((int) delayMillis)));
    delayMillis = Math.min(2 * delayMillis, Math.max(pace(), Limits.ASK_FOR_KEYS_MOST_MILLIS));
    vain++;
    List<SlotSet> sets =
        wanted.stream()
            .limit(Limits.NEEDED_SLOT_SETS)
            .map(each -> new SlotSet(each.made().id(), each.positions()))
            .toList();
    return whom().map(member -> new Ask(member, sets));
  }

  record Ask(MemberId of, List<SlotSet> sets) {}

  void asked(Hash32 need, MemberId of) {
    asked.put(need, of);
    if (asked.size() > OUTSTANDING) {
      asked.remove(asked.keySet().iterator().next());
    }
  }

  boolean hasAsked(Hash32 need, MemberId giver) {
    MemberId of = asked.get(need);
    return of != null && NeedGive.isWhoWasAsked(of, giver);
  }

  /** Not at once each time: see {@link NeedGive}. */
  void busy(MemberId other) {
    askNext = other;
    if (++sentOn <= Limits.SENT_ON_IN_A_ROW) {
      core.timers.set(Timers.Name.ASK_FOR_SLOTS, core.now);
    }
  }

  /** At random among those who have at least half of what the best has. */
  private Optional<MemberId> whom() {
    MemberId named = askNext;
    askNext = null;
    if (named != null && isOther(named)) {
      return Optional.of(named);
    }
    Map<MemberId, Integer> have = new LinkedHashMap<>();
    for (SlotKeys.Wanted each : wanted) {
      if (each.made().fact() instanceof Reseal) {
        have.merge(each.made().author(), Integer.bitCount(each.positions()), Integer::sum);
      }
    }
    boolean asksAround = vain > 1 && core.random(2) == 0;
    for (Person person : core.state().members()) {
      int score = asksAround ? shared(person.id()) : announced(person.id());
      if (score > 0) {
        have.merge(person.id(), score, Integer::sum);
      }
    }
    have.keySet().removeIf(member -> !isOther(member));
    int best = have.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    List<MemberId> good = new ArrayList<>();
    have.forEach(
        (member, score) -> {
          if (2 * score >= best) {
            good.add(member);
          }
        });
    return good.isEmpty() ? Optional.empty() : Optional.of(good.get(core.random(good.size())));
  }

  private boolean isOther(MemberId member) {
    return !member.equals(core.self.member()) && core.state().isMember(member);
  }

  /** Of what is lacking of epochs, so many the member says it has. */
  private int announced(MemberId member) {
    int score = 0;
    for (SlotKeys.Wanted each : wanted) {
      if (each.made().fact() instanceof Rekey) {
        score +=
            Integer.bitCount(
                each.positions()
                    & haves.of(member, each.made().id())
                    & core.slots.sharedWith(member));
      }
    }
    return score;
  }

  private int shared(MemberId member) {
    int score = 0;
    for (SlotKeys.Wanted each : wanted) {
      score += Integer.bitCount(each.positions() & core.slots.sharedWith(member));
    }
    return score;
  }

  // ---- giving

  /** Of what {@code need} asks for, what this peer has and may give. */
  List<SlotSet> toGive(Need need, MemberId asker) {
    List<SlotSet> sets = new ArrayList<>();
    for (SlotSet set : need.slots()) {
      Known made = core.ledger.get(set.made());
      int positions = 0;
      for (int rest = set.positions(); rest != 0 && made != null; rest &= rest - 1) {
        int position = Integer.numberOfTrailingZeros(rest);
        if (holds(made, position) && mayGive(made, position, asker)) {
          positions |= 1 << position;
        }
      }
      if (positions != 0) {
        sets.add(new SlotSet(set.made(), positions));
      }
    }
    return sets;
  }

  private boolean holds(Known made, int position) {
    return core.slots.kek(made.id(), position).isPresent()
        || core.slots.resealKey(made.id(), position).isPresent();
  }

  private boolean mayGive(Known made, int position, MemberId asker) {
    GroupState state = core.state();
    return state.contains(made)
        && core.ledger.mayHaveSlot(state, made, core.slots.own(position), asker);
  }

  Optional<MemberId> another(List<SlotSet> sets, MemberId asker) {
    for (SlotSet set : sets) {
      MemberId member = givenTo.get(set.made());
      if (member != null && !member.equals(asker) && isOther(member)) {
        return Optional.of(member);
      }
    }
    return Optional.empty();
  }

  void write(SecretWriter writer, List<SlotSet> sets, MemberId asker) {
    writer.u8(sets.size());
    for (SlotSet set : sets) {
      Known made = core.ledger.get(set.made());
      boolean isEpoch = made != null && made.fact() instanceof Rekey;
      GivenKeys.Kind kind = isEpoch ? GivenKeys.Kind.OF_AN_EPOCH : GivenKeys.Kind.OF_A_RESEAL;
      writer.hash(set.made().hash()).u8(kind.code()).u32(Integer.toUnsignedLong(set.positions()));
      for (int rest = set.positions(); rest != 0; rest &= rest - 1) {
        int position = Integer.numberOfTrailingZeros(rest);
        if (isEpoch) {
          writer.secret(core.slots.kek(set.made(), position).orElseThrow());
        } else {
          writer.secret(core.slots.resealKey(set.made(), position).orElseThrow());
        }
      }
      givenTo.put(set.made(), asker);
    }
    while (givenTo.size() > Limits.HOLDERS_PER_EPOCH) {
      givenTo.remove(givenTo.keySet().iterator().next());
    }
  }

  // ---- being given

  /**
   * Takes what {@code giver} gave. A KEK only if the giver's own address shows its slot: so whoever
   * could have lied about it is among those whose end makes the slot unclean.
   */
  void accept(MemberId giver, GivenKeys given) {
    boolean any = false;
    int shared = core.slots.sharedWith(giver);
    for (Kek kek : given.keks()) {
      Known epoch = core.ledger.get(kek.epoch());
      boolean isHolders = isInTheSlot(shared, kek.slot());
      if (epoch != null && isHolders && isMine(epoch, kek.slot())) {
        any |= core.slots.put(epoch, kek);
      } else {
        kek.close();
      }
    }
    for (GivenKeys.OfReseal each : given.reseals()) {
      Known reseal = core.ledger.get(each.reseal());
      Slot slot = core.slots.own(each.position());
      if (reseal != null
          && isMine(reseal, slot)
          && core.slots.isOfUse(reseal, each.position())
          && core.slots.isProved(reseal, each.position(), each.key())) {
        core.slots.put(reseal, each.position(), each.key());
        any = true;
      } else {
        each.key().close();
      }
    }
    if (any) {
      delayMillis = pace();
      vain = 0;
      sentOn = 0;
      core.timers.set(
          Timers.Name.ASK_FOR_SLOTS, core.now.plusMillis(core.random((int) delayMillis)));
    }
  }

  private static boolean isInTheSlot(int sharedPositions, Slot slot) {
    return (sharedPositions >>> slot.position() & 1) == 1;
  }

  private boolean isMine(Known made, Slot slot) {
    GroupState state = core.state();
    return state.contains(made) && core.ledger.mayHaveSlot(state, made, slot, core.self.member());
  }
}
