package io.keymoot.flatkeying.keying;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.KekMistakes;
import io.keymoot.flatkeying.keying.SlotVillainy.Attack;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.loading.ClassReloadingStrategy;
import org.jspecify.annotations.Nullable;

/**
 * A mistake put into the running code, one rule each, to see that the {@link Adversary} finds it.
 * The code itself knows nothing of it: the class is changed in the JVM, and changed back by {@link
 * #close}.
 */
public final class PlantedBug implements AutoCloseable {
  enum Rule {
    VOID_ADMISSIONS_COUNT("io.keymoot.flatkeying.group.Ends", "beside", NobodyIsBeside.class),
    GIVES_GO_BY_THE_EPOCHS_ROSTER(
        "io.keymoot.flatkeying.group.Ledger", "leastRevisionFor", ByPresentRoster.class),
    NOTHING_IS_SENT_UNDER_AN_UNCLEAN_EPOCH(
        "io.keymoot.flatkeying.keying.Sending", "isClean", Yes.class),
    A_HERE_ENDS_THE_OLDER_STAYS(
        "io.keymoot.flatkeying.group.Growth", "endSoftly", HereEndsNothing.class),
    A_NEWCOMER_GETS_THE_NEXT_REVISION(
        "io.keymoot.flatkeying.keying.Joining", "grantable", OneTooEarly.class),
    WHAT_IS_GIVEN_TO_A_NEWCOMER_IS_THE_NEXT_REVISION(
        "io.keymoot.flatkeying.group.Ledger", "leastRevisionFor", GivenOneTooEarly.class),
    ONE_WRAP_ONLY_WHEN_NOBODY_IS_OUT(
        "io.keymoot.flatkeying.keying.Rekeying", "isNobodyOutSince", Yes.class),
    SEALS_ONLY_TO_WHO_STAYS("io.keymoot.flatkeying.keying.Rekeying", "cover", ForWhoWasIn.class),
    WHO_CAME_LATER_SPOILS_A_SLOT_TOO(
        "io.keymoot.flatkeying.group.Growth", "wasOverFor", WhoCameLaterIsForgotten.class),
    WHO_MAY_COME_BACK_SPOILS_A_SLOT_TOO(
        "io.keymoot.flatkeying.group.Growth", "wasOverFor", SoftEndsAreForgotten.class),
    KEKS_STEP_WITH_EVERY_EPOCH(
        "io.keymoot.flatkeying.key.KekSteps", "step", KekMistakes.NoStep.class),
    BRANCHES_SHARE_NO_KEK(
        "io.keymoot.flatkeying.key.KekSteps", "step", KekMistakes.AlikeOnBranches.class),
    WRAPS_ONLY_UNDER_CLEAN_SLOTS(
        "io.keymoot.flatkeying.keying.Covering", "mayWrapUnder", Yes.class),
    RELAYS_ONLY_UNDER_CLEAN_SLOTS("io.keymoot.flatkeying.keying.Relays", "isClean", Yes.class),
    A_KEK_ONLY_TO_WHOSE_ADDRESS_SHOWS_ITS_SLOT(
        "io.keymoot.flatkeying.group.Ledger", "mayHaveSlot", ToAnyAddress.class),
    NO_KEK_FROM_BEFORE_THE_ADMISSION("io.keymoot.flatkeying.group.Ledger", "wasIn", Yes.class),
    A_KEK_ONLY_FROM_WHO_IS_IN_ITS_SLOT(
        "io.keymoot.flatkeying.keying.SlotNeeds", "isInTheSlot", Yes.class),
    A_RESEALS_KEY_PROVES_ITSELF("io.keymoot.flatkeying.keying.SlotKeys", "isProved", Yes.class);

    final String type;
    final String method;
    final Class<?> mistake;

    Rule(String type, String method, Class<?> mistake) {
      this.type = type;
      this.method = method;
      this.mistake = mistake;
    }

    /** What is needed to make use of the mistake, if random runs seldom come upon it. */
    @Nullable Attack attack() {
      return switch (this) {
        case BRANCHES_SHARE_NO_KEK -> Attack.TRY_ONE_BRANCHS_KEK_ON_ANOTHER;
        case NOTHING_IS_SENT_UNDER_AN_UNCLEAN_EPOCH -> Attack.LISTEN_WHILE_NO_KEY_IS_CLEAN;
        case RELAYS_ONLY_UNDER_CLEAN_SLOTS -> Attack.ORDER_RELAYS_UNDER_THE_LEAVERS_SLOTS;
        case NO_KEK_FROM_BEFORE_THE_ADMISSION -> Attack.ASK_FOR_WHAT_WAS_BEFORE;
        case A_KEK_ONLY_FROM_WHO_IS_IN_ITS_SLOT, A_RESEALS_KEY_PROVES_ITSELF ->
            Attack.GIVE_FALSE_KEYS_OF_OTHERS_SLOTS;
        default -> null;
      };
    }
  }

  private final Class<?> changed;
  private final ClassReloadingStrategy strategy;

  PlantedBug(Rule rule) throws ReflectiveOperationException {
    this(rule.type, rule.method, rule.mistake);
  }

  public PlantedBug(String type, String method, Class<?> mistake)
      throws ReflectiveOperationException {
    ByteBuddyAgent.install();
    changed = Class.forName(type);
    strategy = ClassReloadingStrategy.fromInstalledAgent();
    try (var made =
        new ByteBuddy().redefine(changed).visit(Advice.to(mistake).on(named(method))).make()) {
      made.load(changed.getClassLoader(), strategy);
    }
  }

  @Override
  public void close() throws ReflectiveOperationException {
    try {
      strategy.reset(changed);
    } catch (java.io.IOException e) {
      throw new ReflectiveOperationException("the class cannot be read to be put back", e);
    }
  }

  // ---- the mistakes: their bodies are copied into the methods, so they use what those may use

  static final class NobodyIsBeside {
    private NobodyIsBeside() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) List<Known> ends) {
      ends = List.of();
    }
  }

  static final class ByPresentRoster {
    private ByPresentRoster() {}

    @Advice.OnMethodExit
    static void exit(
        @Advice.Argument(0) GroupState state,
        @Advice.Argument(2) MemberId member,
        @Advice.Return(readOnly = false) OptionalInt least) {
      least = state.isMember(member) ? OptionalInt.of(0) : OptionalInt.empty();
    }
  }

  public static final class Yes {
    private Yes() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) boolean answer) {
      answer = true;
    }
  }

  static final class No {
    private No() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter() {
      return true;
    }
  }

  static final class WhoCameLaterIsForgotten {
    private WhoCameLaterIsForgotten() {}

    @Advice.OnMethodExit
    static void exit(
        @Advice.Argument(0) Stay stay,
        @Advice.Argument(2) Supplier<GroupState> then,
        @Advice.Return(readOnly = false) boolean wasOver) {
      wasOver |= !then.get().contains(stay.begunBy());
    }
  }

  /** Suspended, or here anew: its old stay is over for good all the same. */
  static final class SoftEndsAreForgotten {
    private SoftEndsAreForgotten() {}

    @Advice.OnMethodExit
    static void exit(
        @Advice.FieldValue("m") Known m, @Advice.Return(readOnly = false) boolean wasOver) {
      wasOver |=
          m.fact() instanceof Here
              || (m.fact() instanceof Rekey rekey
                  && rekey.targets().stream().allMatch(Target.Absent.class::isInstance));
    }
  }

  static final class ToAnyAddress {
    private ToAnyAddress() {}

    @Advice.OnMethodExit
    static void exit(
        @Advice.This Ledger ledger,
        @Advice.Argument(0) GroupState state,
        @Advice.Argument(1) Known made,
        @Advice.Argument(3) MemberId member,
        @Advice.Return(readOnly = false) boolean may) {
      may = state.isMember(member) && ledger.after(made).isMember(member);
    }
  }

  static final class HereEndsNothing {
    private HereEndsNothing() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.FieldValue("m") Known m) {
      return m.fact() instanceof Here;
    }
  }

  static final class OneTooEarly {
    private OneTooEarly() {}

    @Advice.OnMethodExit
    static void exit(
        @Advice.FieldValue("core") Core core,
        @Advice.Argument(0) Known admit,
        @Advice.Argument(1) FactId epoch,
        @Advice.Return(readOnly = false) Optional<EpochSecret> secret) {
      int before = core.ledger.past(admit).revision(epoch);
      KeyStore.Held held = core.keys.get(epoch).orElse(null);
      if (held != null && held.lowestRevision() <= before) {
        secret = Optional.of(held.lowest().at(before));
      }
    }
  }

  static final class GivenOneTooEarly {
    private GivenOneTooEarly() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) OptionalInt least) {
      if (least.isPresent() && least.getAsInt() > 0) {
        least = OptionalInt.of(least.getAsInt() - 1);
      }
    }
  }

  static final class ForWhoWasIn {
    private ForWhoWasIn() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.Argument(1) GroupState state,
        @Advice.Argument(value = 2, readOnly = false) GroupState after) {
      after = state;
    }
  }
}
