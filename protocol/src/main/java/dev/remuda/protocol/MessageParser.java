package dev.remuda.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes a {@link Message} of the bytes of one complete JSON text. */
final class MessageParser {
  /** A decimal of so few characters survives the way through a double. */
  private static final int SAFE_DECIMAL_CHARS = 15;

  private final Limits limits;
  private final JsonFactory factory;
  private boolean checkSurrogates;
  private int values;

  MessageParser(Limits limits) {
    this.limits = limits;
    this.factory = Json.factory(limits);
  }

  Message parse(byte[] bytes, int from, int length, long offset, boolean sawEscape) {
    checkSurrogates = sawEscape;
    values = 0;
    try (JsonParser json = factory.createParser(bytes, from, length)) {
      json.nextToken();
      Message message = message(json);
      if (json.nextToken() != null) {
        throw new Malformed("more than one value");
      }
      return message;
    } catch (Malformed e) {
      throw new WireException(
          e.getMessage(), offset, WireException.shown(bytes, from, from + length), e.overLimit);
    } catch (StreamConstraintsException e) {
      throw new WireException(
          "past a limit: " + e.getOriginalMessage(),
          offset,
          WireException.shown(bytes, from, from + length),
          true);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new WireException(
          "not a message: " + e.getOriginalMessage(),
          offset,
          WireException.shown(bytes, from, from + length));
    } catch (IOException e) {
      throw new WireException(
          "not UTF-8 JSON: " + e.getMessage(),
          offset,
          WireException.shown(bytes, from, from + length));
    }
  }

  /** The value of one JSON text that is no message; the caller knows where it stands. */
  @Nullable Object parseValue(String text) throws IOException {
    checkSurrogates = true;
    values = 0;
    try (JsonParser json = factory.createParser(text)) {
      Object value = value(json, json.nextToken());
      if (json.nextToken() != null) {
        throw new Malformed("more than one value");
      }
      return value;
    } catch (Malformed e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private Message message(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.VALUE_STRING) {
      throw new Malformed("a message's code is a string");
    }
    String code = json.getText();
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new Malformed("META of '" + shortened(code) + "' is no object");
    }
    Map<String, @Nullable Object> entries = object(json);
    Meta meta = entries.isEmpty() ? Meta.EMPTY : new Meta(entries);
    json.nextToken();
    return ofCode(code, meta, array(json));
  }

  private static Message ofCode(String code, Meta meta, List<@Nullable Object> rest) {
    return switch (code) {
      case "do" -> new Message.Do(meta, rest);
      case "ok" -> new Message.Ok(meta, only(code, rest));
      case "er" -> new Message.Er(meta, only(code, rest));
      case "dn" -> new Message.Dn(meta);
      case "hi" -> new Message.Hi(meta);
      case "rd" -> new Message.Rd(meta);
      case "ab" -> new Message.Ab(meta);
      case "rt" -> new Message.Rt(meta);
      case "pr" -> new Message.Pr(meta, only(code, rest));
      case "ak" -> new Message.Ak(meta);
      default -> throw new Malformed("unknown code '" + shortened(code) + "'");
    };
  }

  /** Perl's {@code ok} of an empty list has no third element: that is null. */
  private static @Nullable Object only(String code, List<@Nullable Object> rest) {
    if (rest.size() > 1) {
      throw new Malformed("'" + code + "' carries one value, not " + rest.size());
    }
    return rest.isEmpty() ? null : rest.getFirst();
  }

  /** The rest of an array whose next token is current, up to and with its end. */
  private List<@Nullable Object> array(JsonParser json) throws IOException {
    var list = new ArrayList<@Nullable Object>();
    for (JsonToken token = json.currentToken();
        token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      list.add(value(json, token));
    }
    return list;
  }

  private Map<String, @Nullable Object> object(JsonParser json) throws IOException {
    var map = new LinkedHashMap<String, @Nullable Object>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = checked(json.currentName());
      map.put(key, value(json, json.nextToken()));
      if (map.size() > limits.keysPerObject()) {
        throw new Malformed(
            "an object has more keys than the limit of " + limits.keysPerObject(), true);
      }
    }
    return map;
  }

  private @Nullable Object value(JsonParser json, @Nullable JsonToken token) throws IOException {
    if (++values > limits.values()) {
      throw new Malformed("a message has more values than the limit of " + limits.values(), true);
    }
    if (token == null) {
      throw new Malformed("the text ends within a value");
    }
    return switch (token) {
      case VALUE_STRING -> checked(json.getText());
      case VALUE_NUMBER_INT -> integer(json);
      case VALUE_NUMBER_FLOAT -> decimal(json);
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case START_ARRAY -> {
        json.nextToken();
        yield array(json);
      }
      case START_OBJECT -> object(json);
      case END_ARRAY, END_OBJECT, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
          throw new Malformed("unexpected " + token);
    };
  }

  private static Object integer(JsonParser json) throws IOException {
    return switch (json.getNumberType()) {
      case INT, LONG -> json.getLongValue();
      case BIG_INTEGER -> json.getBigIntegerValue();
      case FLOAT, DOUBLE, BIG_DECIMAL -> throw new Malformed("unexpected number");
    };
  }

  /** A double where it holds the digits exactly as written, else the decimal itself. */
  private static Object decimal(JsonParser json) throws IOException {
    double value = json.getDoubleValue();
    if (json.getTextLength() <= SAFE_DECIMAL_CHARS && isNormal(value)) {
      return value;
    }
    BigDecimal exact = exact(json);
    boolean same =
        Double.isFinite(value)
            && (value == 0
                ? exact.signum() == 0
                : new BigDecimal(Double.toString(value)).compareTo(exact) == 0);
    return same ? (Object) value : exact;
  }

  private static BigDecimal exact(JsonParser json) throws IOException {
    try {
      return json.getDecimalValue();
    } catch (NumberFormatException beyondExponents) {
      throw new Malformed("not a number that can be held"); // theirs quotes all digits
    }
  }

  /** Neither zero nor infinite nor so small that digits are lost. */
  private static boolean isNormal(double value) {
    return Math.abs(value) >= Double.MIN_NORMAL && Math.abs(value) <= Double.MAX_VALUE;
  }

  private String checked(String text) {
    int unpaired = checkSurrogates ? Surrogates.unpaired(text) : -1;
    if (unpaired >= 0) {
      throw new Malformed("unpaired surrogate \\u" + Integer.toHexString(text.charAt(unpaired)));
    }
    return text;
  }

  private static String shortened(String text) {
    return text.length() <= 20 ? text : text.substring(0, 20) + "…";
  }

  /** Carries the reason to {@link #parse}, which knows the place. */
  private static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final boolean overLimit;

    Malformed(String reason) {
      this(reason, false);
    }

    Malformed(String reason, boolean overLimit) {
      super(reason, null, false, false);
      this.reason = reason;
      this.overLimit = overLimit;
    }

    @Override
    public String getMessage() {
      return reason;
    }
  }
}
