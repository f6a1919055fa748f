package dev.remuda.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes of memory as users write them, {@code 512m} or {@code 2g}, in bytes. */
final class SizeText implements ITypeConverter<Long> {
  private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,6})([mg])");
  private static final long MIB = 1 << 20;

  @Override
  public Long convert(String text) {
    Matcher parts = FORM.matcher(text.toLowerCase(Locale.ROOT));
    if (!parts.matches()) {
      throw new TypeConversionException(
          "'" + text + "' is no size: write 512m for mebibytes or 2g for gibibytes");
    }
    long unit = parts.group(2).equals("m") ? MIB : MIB << 10;
    return Long.parseLong(parts.group(1)) * unit;
  }
}
