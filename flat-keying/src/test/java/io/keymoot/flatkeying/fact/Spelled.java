package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Optional;

/** Writes a message out, a line for each field, in full. */
public final class Spelled {
  private Spelled() {}

  public static void out(StringBuilder lines, String field, Object value) {
    switch (value) {
      case Bytes bytes -> line(lines, field, bytes.toHex());
      case Hash32 hash -> line(lines, field, hash.toHex());
      case SigningKey key -> {
        line(lines, field + " kind", key.kind().name());
        line(lines, field + " pkcs8", Bytes.of(key.toPkcs8()).toHex());
        line(lines, field + " spki", key.spki().toHex());
      }
      case Optional<?> optional when optional.isEmpty() -> line(lines, field, "none");
      case Optional<?> optional -> out(lines, field, optional.get());
      case List<?> list -> {
        line(lines, field, list.size() + " items");
        for (int i = 0; i < list.size(); i++) {
          out(lines, field + "[" + i + "]", list.get(i));
        }
      }
      case Record record when isName(record) -> out(lines, field, component(record, 0));
      case Record record -> {
        line(lines, field, record.getClass().getSimpleName());
        RecordComponent[] components = record.getClass().getRecordComponents();
        for (int i = 0; i < components.length; i++) {
          out(lines, field + "." + components[i].getName(), component(record, i));
        }
      }
      default -> line(lines, field, value.toString());
    }
  }

  /** An id of some type: one hash. */
  private static boolean isName(Record record) {
    RecordComponent[] components = record.getClass().getRecordComponents();
    return components.length == 1 && components[0].getType() == Hash32.class;
  }

  private static Object component(Record record, int index) {
    try {
      Method accessor = record.getClass().getRecordComponents()[index].getAccessor();
      accessor.setAccessible(true);
      return accessor.invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void line(StringBuilder lines, String field, String value) {
    lines.append(field).append(" = ").append(value).append('\n');
  }
}
