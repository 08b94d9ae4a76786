package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.wire.Bytes;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes a device: all arrays that are reachable from an object, through our own classes, Bouncy
 * Castle's, and collections. Public {@code Bytes} are left out.
 */
final class Capture {
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<byte[]> found = new ArrayList<>();

  private Capture() {}

  /** Copies, as somebody has them who takes the device now. */
  static List<byte[]> bytesIn(Object root) {
    return arraysIn(root).stream().map(byte[]::clone).toList();
  }

  /** The arrays themselves, to see what becomes of them. */
  static List<byte[]> arraysIn(Object root) {
    Capture capture = new Capture();
    capture.visit(root);
    return capture.found;
  }

  /** The first object of a type that is reachable. */
  static <T> T of(Class<T> type, Object root) {
    Capture capture = new Capture();
    capture.visit(root);
    return capture.seen.stream().filter(type::isInstance).map(type::cast).findFirst().orElseThrow();
  }

  private void visit(@Nullable Object object) {
    if (object == null || !seen.add(object)) {
      return;
    }
    switch (object) {
      case byte[] bytes -> found.add(bytes);
      case Bytes open -> {}
      case Collection<?> items -> items.forEach(this::visit);
      case Map<?, ?> map -> map.values().forEach(this::visit);
      case Optional<?> optional -> optional.ifPresent(this::visit);
      default -> visitFields(object);
    }
  }

  private void visitFields(Object object) {
    for (@Nullable Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
      if (!type.getName().startsWith("io.keymoot") && !type.getName().startsWith("org.bouncy")) {
        return;
      }
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
          try {
            field.setAccessible(true);
            visit(field.get(object));
          } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
          }
        }
      }
    }
  }
}
