using System.Globalization;
using Kiroku.Api;

namespace Kiroku.Actions.Live;

/// <summary>The query of a request to the live record: each parameter is a known one, and given once.</summary>
internal sealed class LiveParameters
{
    public const string PageSize = "page_size";
    public const string PageToken = "page_token";

    private const int DefaultPageSize = 50;
    private const int MostPageSize = 1000;

    public static readonly DescribedValue PageSizes = DescribedValue.Number(1, MostPageSize, DefaultPageSize);

    private readonly IQueryCollection query;

    /// <exception cref="Fault">400: a parameter is unknown, or given several times.</exception>
    public LiveParameters(HttpRequest request, IReadOnlyCollection<string> known)
    {
        query = request.Query;
        foreach (var (name, values) in query)
        {
            if (!known.Contains(name))
                throw Refuse($"There is no parameter {name}"
                    + (known.Count == 0 ? "." : $"; there are {string.Join(", ", known)}."));
            if (values.Count > 1)
                throw Refuse($"{name} is given {values.Count} times.");
        }
    }

    /// <summary>A parameter's value; null if it is not given.</summary>
    public string? this[string name] => query.TryGetValue(name, out var values) ? values[0] ?? "" : null;

    /// <exception cref="Fault">400: it is neither true nor false.</exception>
    public bool IsTrue(string name) => this[name] switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw Refuse($"{name} is true or false."),
    };

    /// <summary>How many things a page is to have.</summary>
    /// <exception cref="Fault">400: it is no number that a page may have.</exception>
    public int ReadPageSize() => this[PageSize] switch
    {
        null => DefaultPageSize,
        var text when WholeNumber.TryParse(text, NumberStyles.None, out var size)
            && size is > 0 and <= MostPageSize => (int)size,
        _ => throw Refuse($"{PageSize} is a whole number from 1 to {MostPageSize}."),
    };

    public static Fault Refuse(string why) => new(StatusCodes.Status400BadRequest, why) { Type = "invalid-parameter" };
}
