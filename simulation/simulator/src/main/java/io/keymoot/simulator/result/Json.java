package io.keymoot.simulator.result;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/** Records as JSON, field by field under their own names. */
public final class Json {
  private Json() {}

  public static String of(Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  private static void write(Object value, StringBuilder out) {
    if (value instanceof Record record) {
      writeRecord(record, out);
    } else if (value instanceof Collection<?> many) {
      writeAll(many, out);
    } else if (value instanceof Map<?, ?> map) {
      writeMap(map, out);
    } else if (value instanceof Optional<?> maybe) {
      if (maybe.isPresent()) {
        write(maybe.get(), out);
      } else {
        out.append("null");
      }
    } else if (value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else {
      writeText(value.toString(), out);
    }
  }

  private static void writeRecord(Record record, StringBuilder out) {
    out.append('{');
    String between = "";
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      out.append(between);
      writeText(component.getName(), out);
      out.append(':');
      write(read(record, component), out);
      between = ",";
    }
    out.append('}');
  }

  private static Object read(Record record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(component + " cannot be read", e);
    }
  }

  private static void writeAll(Collection<?> many, StringBuilder out) {
    out.append('[');
    for (Iterator<?> each = many.iterator(); each.hasNext(); ) {
      write(each.next(), out);
      out.append(each.hasNext() ? "," : "");
    }
    out.append(']');
  }

  private static void writeMap(Map<?, ?> map, StringBuilder out) {
    out.append('{');
    String between = "";
    for (Map.Entry<?, ?> each : map.entrySet()) {
      out.append(between);
      writeText(each.getKey().toString(), out);
      out.append(':');
      write(each.getValue(), out);
      between = ",";
    }
    out.append('}');
  }

  private static void writeText(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
