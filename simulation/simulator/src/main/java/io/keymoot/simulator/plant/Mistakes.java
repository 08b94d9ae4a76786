package io.keymoot.simulator.plant;

import java.util.ConcurrentModificationException;
import java.util.Optional;
import net.bytebuddy.asm.Advice;

/** The mistakes: their bodies are copied into the methods they spoil. */
@SuppressWarnings("UnusedVariable") // what is assigned there is what the method answers
public final class Mistakes {
  private Mistakes() {}

  /** Answers yes. */
  public static final class Yes {
    private Yes() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) boolean answer) {
      answer = true;
    }
  }

  /** Does nothing, and answers yes. */
  public static final class YesWithoutLooking {
    private YesWithoutLooking() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter() {
      return true;
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) boolean answer) {
      answer = true;
    }
  }

  /** Answers no. */
  public static final class No {
    private No() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) boolean answer) {
      answer = false;
    }
  }

  /** Does nothing, and answers nothing. */
  public static final class Nothing {
    private Nothing() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter() {
      return true;
    }
  }

  /** Has no objection. */
  public static final class NoObjection {
    private NoObjection() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) Optional<?> answer) {
      answer = Optional.empty();
    }
  }

  /** Answers two numbers in turn. */
  public static final class CountsToTwo {
    private CountsToTwo() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) long answer) {
      answer &= 1;
    }
  }

  /** Answers -1. */
  public static final class MinusOne {
    private MinusOne() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) int answer) {
      answer = -1;
    }
  }

  /** Answers zero. */
  public static final class Zero {
    private Zero() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) long answer) {
      answer = 0;
    }
  }

  /** Drops every second one, by what it is. */
  public static final class OnlyHalf {
    private OnlyHalf() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(1) Object fact) {
      return (fact.hashCode() & 1) == 0;
    }
  }

  /** Once it has a key, it keeps to that one. */
  public static final class KeepsTheFirst {
    private KeepsTheFirst() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.FieldValue("sealing") Object sealing) {
      return sealing != null;
    }
  }

  /** Breaks off in a way of its own. */
  public static final class Throws {
    private Throws() {}

    @SuppressWarnings("DoNotCallSuggester") // its body is what counts
    @Advice.OnMethodEnter
    static void enter() {
      throw new ConcurrentModificationException("planted");
    }
  }
}
