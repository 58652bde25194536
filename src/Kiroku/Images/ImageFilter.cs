using System.Globalization;
using Dapper;
using Kiroku.Api;
using Kiroku.Identity;

namespace Kiroku.Images;

/// <summary>Which images a list is to show, from the parameters that Glance takes for it.</summary>
internal sealed class ImageFilter
{
    private static readonly HashSet<string> Plain =
        ["name", "id", "status", "owner", "disk_format", "container_format", "checksum", "os_hash_value"];
    private static readonly HashSet<string> Elsewhere =
        ["limit", "marker", "sort", "sort_key", "sort_dir", "member_status", "os_hash_algo"];

    private readonly List<string> conditions = [];
    private readonly DynamicParameters values = new();
    private bool hidden;

    /// <summary>A filter for images of that name in that project.</summary>
    public static ImageFilter Named(string name)
    {
        var filter = new ImageFilter();
        filter.Add("name", name);
        return filter;
    }

    /// <exception cref="Fault">400 for a value that makes no sense, or a parameter that is not filtered by.</exception>
    public static ImageFilter Read(IQueryCollection query)
    {
        var filter = new ImageFilter();
        foreach (var (key, value) in query)
            filter.Add(key, value.ToString());
        return filter;
    }

    /// <summary>The condition as SQL with its values; what the caller may not see never passes.</summary>
    public (string Where, DynamicParameters Values) ToSql(Caller caller)
    {
        var all = conditions.Append($"os_hidden = {(hidden ? 1 : 0)}");
        if (!caller.IsAdmin)
        {
            all = all.Append("(owner = @caller OR visibility = 'public')");
            values.Add("caller", caller.ProjectId);
        }
        return (string.Join(" AND ", all), values);
    }

    private void Add(string key, string value)
    {
        if (Plain.Contains(key))
            Require($"{key} IN @{key}", key, Alternatives(value));
        else if (key == "visibility")
            AddVisibility(value);
        else if (key is "size_min" or "size_max")
            Require($"size {(key == "size_min" ? ">=" : "<=")} @{key}", key, Number(key, value));
        else if (key == "protected")
            Require("protected = @protected", key, Truth(key, value) ? 1 : 0);
        else if (key == "os_hidden")
            hidden = Truth(key, value);
        else if (!Elsewhere.Contains(key))
            throw Fault.BadRequest($"Images are not filtered by {key}.");
    }

    private void AddVisibility(string value)
    {
        if (value is not ("public" or "private" or "shared" or "community" or "all"))
            throw Fault.BadRequest($"Invalid visibility value: {value}");
        if (value != "all")
            Require("visibility = @visibility", "visibility", value);
    }

    private void Require(string condition, string name, object value)
    {
        conditions.Add(condition);
        values.Add(name, value);
    }

    /// <summary>One value, or those of <c>in:a,b,"c,d"</c>.</summary>
    private static string[] Alternatives(string value)
    {
        if (!value.StartsWith("in:", StringComparison.Ordinal))
            return [value];
        var quoted = value[3..].Split('"');
        return [.. quoted.SelectMany((part, i) => i % 2 == 1 ? [part] : part.Split(',', StringSplitOptions.RemoveEmptyEntries))];
    }

    private static long Number(string key, string value)
        => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Fault.BadRequest($"Invalid value for {key}: {value}");

    private static bool Truth(string key, string value) => value.ToUpperInvariant() switch
    {
        "TRUE" => true,
        "FALSE" => false,
        _ => throw Fault.BadRequest($"Invalid value '{value}' for '{key}' filter. Valid values are case insensitive 'true' or 'false'"),
    };
}
