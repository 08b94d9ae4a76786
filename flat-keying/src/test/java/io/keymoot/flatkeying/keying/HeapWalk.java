package io.keymoot.flatkeying.keying;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Looks into memory as whoever takes the device away: at all that can be reached, field by field.
 */
final class HeapWalk {
  private static final int SECRET_BYTES = 32;

  private HeapWalk() {}

  /** Every array of at least 32 bytes that hangs on these. */
  static Set<byte[]> arrays(List<Object> roots) {
    Set<byte[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Object each : everything(roots)) {
      if (each instanceof byte[] bytes && bytes.length >= SECRET_BYTES) {
        arrays.add(bytes);
      }
    }
    return arrays;
  }

  /**
   * All objects that hang on these. What the JDK's own classes hold is followed where they have a
   * way to ask for it; where they have none (a cipher's copy of its key) it is out of sight here as
   * it is out of reach for wiping.
   */
  static Set<Object> everything(List<Object> roots) {
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Object> next = new ArrayDeque<>(roots);
    for (Object each = next.poll(); each != null; each = next.poll()) {
      // The randomness of the tests remembers what it gave; a device's does not.
      if (each instanceof Draws || !seen.add(each)) {
        continue;
      }
      if (each instanceof Object[] array) {
        for (int i = 0; i < Array.getLength(array); i++) {
          offer(next, array[i]);
        }
      } else if (each instanceof Iterable<?> many && isTheJdks(each)) {
        many.forEach(one -> offer(next, one));
      } else if (each instanceof Map<?, ?> map && isTheJdks(each)) {
        map.forEach(
            (key, value) -> {
              offer(next, key);
              offer(next, value);
            });
      } else if (each instanceof Optional<?> maybe) {
        maybe.ifPresent(one -> offer(next, one));
      } else if (each instanceof AtomicReference<?> one) {
        offer(next, one.get());
      } else if (each instanceof AtomicReferenceArray<?> many) {
        for (int i = 0; i < many.length(); i++) {
          offer(next, many.get(i));
        }
      } else if (!isTheJdks(each)) {
        fieldsOf(each).forEach(value -> offer(next, value));
      }
    }
    return seen;
  }

  /** How many each map and list that hangs on these has, by the field; of several the most. */
  static Map<String, Integer> sizes(List<Object> roots) {
    Map<String, Integer> sizes = new TreeMap<>();
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Object> next = new ArrayDeque<>(roots);
    for (Object each = next.poll(); each != null; each = next.poll()) {
      if (!seen.add(each) || each instanceof Draws) {
        continue;
      }
      if (each instanceof Object[] array) {
        Arrays.stream(array).forEach(one -> offer(next, one));
      } else if (each instanceof Iterable<?> many && isTheJdks(each)) {
        many.forEach(one -> offer(next, one));
      } else if (each instanceof Map<?, ?> map) {
        map.values().forEach(one -> offer(next, one));
      } else if (each instanceof Optional<?> maybe) {
        maybe.ifPresent(one -> offer(next, one));
      } else if (!isTheJdks(each)) {
        for (Field field : fields(each)) {
          Object value = valueOf(field, each);
          offer(next, value);
          int size =
              value instanceof Map<?, ?> map
                  ? map.size()
                  : value instanceof Collection<?> some ? some.size() : 0;
          sizes.merge(
              field.getDeclaringClass().getSimpleName() + "." + field.getName(), size, Math::max);
        }
      }
    }
    return sizes;
  }

  private static void offer(Deque<Object> next, @Nullable Object value) {
    if (value != null) {
      next.add(value);
    }
  }

  private static boolean isTheJdks(Object object) {
    return object.getClass().getModule().getName() != null;
  }

  private static List<Object> fieldsOf(Object object) {
    List<Object> values = new ArrayList<>();
    // Maps that are bounded by a subclass of the JDK's hold their entries in the JDK's fields.
    if (object instanceof Map<?, ?> map) {
      values.addAll(map.keySet());
      values.addAll(map.values());
    }
    for (Field field : fields(object)) {
      Object value = valueOf(field, object);
      if (value != null) {
        values.add(value);
      }
    }
    return values;
  }

  private static List<Field> fields(Object object) {
    List<Field> fields = new ArrayList<>();
    for (Class<?> type = object.getClass();
        type != null && type.getModule().getName() == null;
        type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (!field.getType().isPrimitive() && !Modifier.isStatic(field.getModifiers())) {
          fields.add(field);
        }
      }
    }
    return fields;
  }

  private static @Nullable Object valueOf(Field field, Object object) {
    try {
      field.setAccessible(true);
      return field.get(object);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  /** Those of the secrets, 32 bytes each, that lie anywhere in these arrays. */
  static Set<byte[]> found(Set<byte[]> arrays, Collection<byte[]> secrets) {
    Map<Integer, List<byte[]>> byStart = new HashMap<>();
    for (byte[] secret : secrets) {
      byStart.computeIfAbsent(start(secret, 0), s -> new ArrayList<>()).add(secret);
    }
    Set<byte[]> found = Collections.newSetFromMap(new IdentityHashMap<>());
    for (byte[] each : arrays) {
      for (int at = 0; at + SECRET_BYTES <= each.length; at++) {
        for (byte[] secret : byStart.getOrDefault(start(each, at), List.of())) {
          if (Arrays.equals(each, at, at + SECRET_BYTES, secret, 0, SECRET_BYTES)) {
            found.add(secret);
          }
        }
      }
    }
    return found;
  }

  private static int start(byte[] bytes, int at) {
    return bytes[at] << 24
        | (bytes[at + 1] & 0xff) << 16
        | (bytes[at + 2] & 0xff) << 8
        | (bytes[at + 3] & 0xff);
  }

  /** The bytes of a key, which it gives to nobody. */
  static byte[] bytesOf(Object secret) {
    try {
      Class<?> type = secret.getClass();
      // Secrets of the schedule have a class of their own above them, frame keys none.
      Field field =
          (type.getSuperclass() == Object.class ? type : type.getSuperclass())
              .getDeclaredField("bytes");
      field.setAccessible(true);
      return ((byte[]) field.get(secret)).clone();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }
}
