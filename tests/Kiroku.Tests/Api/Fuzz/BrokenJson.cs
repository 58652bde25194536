using System.Text;
using System.Text.Json;

namespace Kiroku.Tests.Api.Fuzz;

/// <summary>
/// A body that a route accepts, with something in it changed: any value, at any depth, by another or by none, or a key
/// twice.
/// </summary>
internal sealed class BrokenJson(Random random)
{
    private static readonly string[] Keys = ["", "id", "name", "__proto__", "\\u0000", "\\ud800", "\\u00e9", "server",
        "a.b", "links", "enabled", "min_count", "options"];

    /// <summary>
    /// The body with each of its values by those that tell most: the first few, and some more by chance, or all.
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

    /// <summary>One of its objects, or the whole, with a key that it has already.</summary>
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

    /// <summary>One of its objects with a key more.</summary>
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

    /// <summary>Cut off, or with a byte order mark, or nothing at all.</summary>
    private string Without(string valid) => random.Next(3) switch
    {
        0 => valid[..random.Next(valid.Length)],
        1 => $"\ufeff{valid}",
        _ => "",
    };

    /// <summary>Where each value stands, the whole included.</summary>
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
