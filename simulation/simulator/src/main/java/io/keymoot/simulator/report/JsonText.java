package io.keymoot.simulator.report;

import java.util.ArrayDeque;
import java.util.Deque;

/** Writes JSON, commas and all; safe to stand in a page's script element. */
public final class JsonText {
  private final StringBuilder out = new StringBuilder();
  private final Deque<Character> open = new ArrayDeque<>();
  private boolean needsComma;

  public JsonText object() {
    begin('{');
    open.push('}');
    return this;
  }

  public JsonText array() {
    begin('[');
    open.push(']');
    return this;
  }

  public JsonText end() {
    out.append(open.pop().charValue());
    needsComma = true;
    return this;
  }

  public JsonText name(String name) {
    text(name);
    out.append(':');
    needsComma = false;
    return this;
  }

  public JsonText field(String name, String value) {
    return name(name).text(value);
  }

  public JsonText field(String name, double value) {
    return name(name).number(value);
  }

  public JsonText number(double value) {
    if (!Double.isFinite(value)) {
      return nothing();
    }
    comma();
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      out.append((long) value);
    } else {
      out.append((double) Math.round(value * 1e6) / 1e6);
    }
    needsComma = true;
    return this;
  }

  public JsonText bool(boolean value) {
    comma();
    out.append(value);
    needsComma = true;
    return this;
  }

  public JsonText nothing() {
    comma();
    out.append("null");
    needsComma = true;
    return this;
  }

  public JsonText text(String value) {
    comma();
    out.append('"');
    for (char c : value.toCharArray()) {
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        default -> {
          if (c < ' ' || c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029') {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
    needsComma = true;
    return this;
  }

  private void begin(char bracket) {
    comma();
    out.append(bracket);
    needsComma = false;
  }

  private void comma() {
    if (needsComma) {
      out.append(',');
    }
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
