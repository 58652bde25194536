using System.Globalization;
using Kiroku.Api;
using Microsoft.AspNetCore.Http.Extensions;

namespace Kiroku.Images;

/// <summary>One page of a list of images: sorted, beginning after a marker, up to a limit.</summary>
internal sealed class ImagePage
{
    private const int DefaultLimit = 25;
    private const int MaxLimit = 1000;
    private readonly IQueryCollection query;
    private readonly bool full;

    /// <exception cref="Fault">400 for an invalid limit, marker or order.</exception>
    public ImagePage(IQueryCollection query, IEnumerable<Image> images)
    {
        this.query = query;
        var limit = Limit();
        var sorted = Sort(images).ToList();
        Images = [.. AfterMarker(sorted).Take(limit)];
        full = Images.Count > 0 && Images.Count == limit;
    }

    public IReadOnlyList<Image> Images { get; }

    public string First => "/v2/images" + Query(query.Where(pair => pair.Key != "marker"));

    /// <summary>The address of the next page; null if this one is not full.</summary>
    public string? Next => full
        ? "/v2/images" + Query(query.Where(pair => pair.Key != "marker").Append(new("marker", Images[^1].Id)))
        : null;

    private static string Query(IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> pairs)
        => new QueryBuilder(
            pairs.SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value ?? "")))
                .ToString();

    private int Limit()
    {
        if (query["limit"].FirstOrDefault() is not { } text)
            return DefaultLimit;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit))
            throw Fault.BadRequest("limit param must be an integer");
        return limit >= 0 ? (int)Math.Min(limit, MaxLimit) : throw Fault.BadRequest("limit param must be positive");
    }

    private IEnumerable<Image> AfterMarker(List<Image> sorted)
    {
        if (query["marker"].FirstOrDefault() is not { } marker)
            return sorted;
        var place = sorted.FindIndex(image => image.Id == marker);
        return place >= 0 ? sorted.Skip(place + 1) : throw Fault.BadRequest($"No image found with ID {marker}");
    }

    private IEnumerable<Image> Sort(IEnumerable<Image> images)
    {
        var asked = Orders().ToList();
        if (asked.Count == 0)
            asked.Add(("created_at", IsDescending(query["sort_dir"].FirstOrDefault())));
        var orders = asked.Append(("created_at", asked[0].Descending)).Append(("id", asked[0].Descending));
        var sorted = images.OrderBy(_ => 0);
        foreach (var (key, descending) in orders)
        {
            Func<Image, object?> value = key switch
            {
                "name" => image => image.Name,
                "status" => image => image.Status,
                "container_format" => image => image.ContainerFormat,
                "disk_format" => image => image.DiskFormat,
                "size" => image => image.Size,
                "id" => image => image.Id,
                "created_at" => image => image.CreatedAt,
                "updated_at" => image => image.UpdatedAt,
                _ => throw Fault.BadRequest(
                    $"Invalid sort key: {key}. It must be one of the following: name, status, container_format, "
                        + "disk_format, size, id, created_at, updated_at."),
            };
            sorted = descending ? sorted.ThenByDescending(value, Ordinal) : sorted.ThenBy(value, Ordinal);
        }
        return sorted;
    }

    /// <summary>Reads <c>sort=name:asc,size</c>, or pairs of <c>sort_key</c> and <c>sort_dir</c>.</summary>
    private IEnumerable<(string Key, bool Descending)> Orders()
    {
        var (keys, directions) = (query["sort_key"], query["sort_dir"]);
        if (query["sort"].FirstOrDefault() is { } sort)
        {
            if (keys.Count + directions.Count > 0)
                throw Fault.BadRequest("Old and new sorting syntax cannot be combined");
            return sort.Split(',').Select(order => order.Split(':', 2)).Select(
                parts => (parts[0].Trim(), IsDescending(parts.ElementAtOrDefault(1))));
        }
        if (directions.Count > 1 && directions.Count != keys.Count)
            throw Fault.BadRequest("Number of sort dirs does not match the number of sort keys");
        return keys.Select(
            (key, i)
                => (key?.Trim() ?? "",
                    IsDescending(directions.Count == 0 ? null : directions[Math.Min(i, directions.Count - 1)])));
    }

    private static bool IsDescending(string? direction) => direction?.Trim() switch
    {
        null or "" or "desc" => true,
        "asc" => false,
        _ => throw Fault.BadRequest($"Invalid sort direction: {direction}"),
    };

    private static readonly Comparer<object?> Ordinal = Comparer<object?>.Create(
        (a, b) => a is string first && b is string second
            ? string.CompareOrdinal(first, second) : Comparer<object?>.Default.Compare(a, b));
}
