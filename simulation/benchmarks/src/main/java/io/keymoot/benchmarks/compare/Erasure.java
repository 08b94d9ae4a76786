package io.keymoot.benchmarks.compare;

import io.keymoot.flatkeying.wire.Bytes;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether secrets of past epochs are still somewhere among what a member holds: in each epoch the
 * bytes of all secrets that are new are noted, in the end they are looked for. What overwrites them
 * in time has none.
 */
final class Erasure {
  private static final int MEMBERS = 8;

  /** The newest epoch, and the one whose grace may still run. */
  private static final int IN_USE = 2;

  private Erasure() {}

  static List<Step> steps(int epochs, Figures figures) {
    return List.of(new Step("erasure", 0.5 + epochs / 15.0, () -> measure(epochs, figures)));
  }

  private static void measure(int epochs, Figures figures) throws Exception {
    new Turns(0, 1, 1)
        .take(
            figures,
            epochs,
            List.of(
                new Turns.Contender(
                    Membership.OURS, List.of(What.OLD_EPOCHS), () -> () -> ours(epochs, figures)),
                new Turns.Contender(
                    Membership.WARM, List.of(What.OLD_EPOCHS), () -> () -> mls(epochs, figures))));
  }

  private static void ours(int epochs, Figures figures) {
    CoreGroup ours = CoreGroup.of(MEMBERS, Membership.profile(MEMBERS), 1);
    Noted core = new Noted();
    for (int i = 0; i < epochs + IN_USE; i++) {
      ours.refreshAndForget();
      core.note(ours.measuredCore());
    }
    figures.add(
        Membership.OURS, What.OLD_EPOCHS, epochs, core.stillHeld(ours.measuredCore(), epochs));
  }

  private static void mls(int epochs, Figures figures) throws Exception {
    MlsGroup mls = MlsGroup.warm(MEMBERS);
    Noted group = new Noted();
    for (int i = 0; i < epochs + IN_USE; i++) {
      mls.refreshFollower();
      group.note(mls.follower());
    }
    figures.add(Membership.WARM, What.OLD_EPOCHS, epochs, group.stillHeld(mls.follower(), epochs));
  }

  /** The secrets that each epoch brought. */
  static final class Noted {
    private final Set<Bytes> before = new HashSet<>();
    private final List<Set<Bytes>> fresh = new ArrayList<>();

    void note(Object member) {
      Set<Bytes> now = secrets(member);
      now.removeAll(before);
      if (now.isEmpty()) {
        throw new IllegalStateException("an epoch without any new secret: they are not found");
      }
      before.addAll(now);
      fresh.add(now);
    }

    /** Of the first so many epochs. */
    long stillHeld(Object member, int epochs) {
      Set<Bytes> all = new HashSet<>();
      for (Object each : reachable(member)) {
        if (each instanceof byte[] bytes) {
          all.add(Bytes.of(bytes));
        }
      }
      return fresh.subList(0, epochs).stream()
          .filter(secrets -> !Collections.disjoint(secrets, all))
          .count();
    }
  }

  /** What is in objects of a library's own type of secrets. */
  private static Set<Bytes> secrets(Object member) {
    Set<Bytes> found = new HashSet<>();
    for (Object each : reachable(member)) {
      for (Class<?> type = each.getClass(); type != null; type = type.getSuperclass()) {
        if (type.getSimpleName().equals("Secret")) {
          for (Field field : type.getDeclaredFields()) {
            if (value(field, each) instanceof byte[] bytes && !isZero(bytes)) {
              found.add(Bytes.of(bytes));
            }
          }
        }
      }
    }
    return found;
  }

  private static boolean isZero(byte[] bytes) {
    for (byte each : bytes) {
      if (each != 0) {
        return false;
      }
    }
    return true;
  }

  static Set<Object> reachable(Object root) {
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Object> open = new ArrayDeque<>();
    see(root, seen, open);
    while (!open.isEmpty()) {
      Object each = open.remove();
      Class<?> type = each.getClass();
      if (each instanceof Collection<?> elements) {
        elements.forEach(element -> see(element, seen, open));
      } else if (each instanceof Map<?, ?> map) {
        map.forEach(
            (key, mapped) -> {
              see(key, seen, open);
              see(mapped, seen, open);
            });
      } else if (each instanceof Optional<?> optional) {
        see(optional.orElse(null), seen, open);
      } else if (type.isArray()) {
        for (int i = 0; !type.getComponentType().isPrimitive() && i < Array.getLength(each); i++) {
          see(Array.get(each, i), seen, open);
        }
      }
      // The JDK keeps its fields to itself: its collections are looked into above.
      for (; type != null && !type.getName().startsWith("java."); type = type.getSuperclass()) {
        for (Field field : type.getDeclaredFields()) {
          see(value(field, each), seen, open);
        }
      }
    }
    return seen;
  }

  private static void see(@Nullable Object object, Set<Object> seen, Deque<Object> open) {
    if (object != null && !(object instanceof Class) && seen.add(object)) {
      open.add(object);
    }
  }

  private static @Nullable Object value(Field field, Object of) {
    if (field.getType().isPrimitive() || Modifier.isStatic(field.getModifiers())) {
      return null;
    }
    try {
      field.setAccessible(true);
      return field.get(of);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("cannot look into " + field, e);
    }
  }
}
