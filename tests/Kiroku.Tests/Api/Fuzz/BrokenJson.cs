using System.Text;
using System.Text.Json;

namespace Kiroku.Tests.Api.Fuzz;

/// <summary>
/// Changes one thing in a body that a route accepts: replaces or removes a value at any depth, or repeats a key.
/// </summary>
internal sealed class BrokenJson(Random random)
{
    private static readonly string[] Keys = ["", "id", "name", "__proto__", "\\u0000", "\\ud800", "\\u00e9", "server",
        "a.b", "links", "enabled", "min_count", "options"];

    /// <summary>
    /// The body with each of its values replaced by the most telling ones: the first few and some random ones, or
    /// all.
    /// </summary>
    public IEnumerable<string> Each(string valid, bool all)
    {
        var bytes = Encoding.UTF8.GetBytes(valid);
        foreach (var value in Values(bytes))
        {
            var by = all
                ? FuzzWords.Telling : [.. FuzzWords.Telling[..2], .. random.GetItems(FuzzWords.Telling[2..], 1)];
            foreach (var other in by)
                yield return Replaced(bytes, value, other);
        }
    }

    public string Of(string valid)
    {
        var bytes = Encoding.UTF8.GetBytes(valid);
        var values = Values(bytes);
        return random.Next(12) switch
        {
            0 => Twice(valid, values),
            1 => More(valid, values),
            2 => Without(valid),
            3 => $"[{valid}]",
            4 => $"{valid}{random.GetItems(FuzzWords.Values, 1)[0]}",
            _ => Replaced(bytes, values[random.Next(values.Count)], random.GetItems(FuzzWords.Values, 1)[0]),
        };
    }

    private static string Replaced(byte[] bytes, (int Start, int End) value, string by)
        => Encoding.UTF8.GetString(bytes[..value.Start]) + by + Encoding.UTF8.GetString(bytes[value.End..]);

    /// <summary>Repeats a key in one of the body's objects.</summary>
    private string Twice(string valid, List<(int Start, int End)> values)
    {
        var bytes = Encoding.UTF8.GetBytes(valid);
        var (start, end) = values[random.Next(values.Count)];
        var before = Encoding.UTF8.GetString(bytes[..start]);
        var key = before.TrimEnd().EndsWith(':')
            ? before[(before.TrimEnd().TrimEnd(':').TrimEnd('"').LastIndexOf('"') + 1)..].TrimEnd().TrimEnd(':')
            .TrimEnd('"') : "twice";
        return Encoding.UTF8.GetString(bytes[..end]) + $",\"{key}\":{random.GetItems(FuzzWords.Values, 1)[0]}"
            + Encoding.UTF8.GetString(bytes[end..]);
    }

    /// <summary>Adds a key to one of the body's objects.</summary>
    private string More(string valid, List<(int Start, int End)> values)
    {
        var bytes = Encoding.UTF8.GetBytes(valid);
        var objects = values.Where(value => bytes[value.Start] == '{').ToList();
        if (objects.Count == 0)
            return valid;
        var start = objects[random.Next(objects.Count)].Start + 1;
        return Encoding.UTF8.GetString(bytes[..start])
            + $"\"{random.GetItems(Keys, 1)[0]}\":{random.GetItems(FuzzWords.Values, 1)[0]}"
            + (bytes[start] == '}' ? "" : ",") + Encoding.UTF8.GetString(bytes[start..]);
    }

    /// <summary>Cuts the body off, adds a byte order mark, or empties it.</summary>
    private string Without(string valid) => random.Next(3) switch
    {
        0 => valid[..random.Next(valid.Length)],
        1 => $"\ufeff{valid}",
        _ => "",
    };

    /// <summary>The position of each value, including the whole body.</summary>
    private static List<(int Start, int End)> Values(byte[] bytes)
    {
        var (found, open) = (new List<(int, int)>(), new Stack<int>());
        var reader = new Utf8JsonReader(bytes);
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                open.Push(start);
            else if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                found.Add((open.Pop(), (int)reader.BytesConsumed));
            else if (reader.TokenType is not JsonTokenType.PropertyName)
                found.Add((start, (int)reader.BytesConsumed));
        }
        return found;
    }
}
