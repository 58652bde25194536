using System.Globalization;
using Kiroku.Access;
using Kiroku.Actions.Live;
using Kiroku.Api;

namespace Kiroku.Webhooks.Api;

/// <summary>The parameters of a list's page.</summary>
internal sealed class PageRequest
{
    private static readonly string[] OfPages = ["page_size", "page_token"];

    private readonly HttpRequest request;
    private readonly Caller caller;

    /// <param name="context">The request.</param>
    /// <param name="more">The parameters that the list has besides those of its pages.</param>
    /// <exception cref="Fault">400: a parameter is unknown, or is none of the values that it may have.</exception>
    public PageRequest(HttpContext context, params string[] more)
    {
        (request, caller) = (context.Request, Caller.Of(context));
        string[] known = [.. more, .. OfPages];
        foreach (var (name, values) in request.Query)
        {
            if (!known.Contains(name))
                throw Refuse($"There is no parameter {name}; there are {string.Join(", ", known)}.");
            if (values.Count > 1)
                throw Refuse($"{name} is given {values.Count} times.");
        }
        Size = Value("page_size") is { } size ? ReadSize(size) : ListRequest.DefaultPageSize;
    }

    public int Size { get; }

    /// <summary>Tells this list from others, whatever its page.</summary>
    private string Identity
        => string.Join(
            '\0', [caller.UserId, caller.ProjectId, request.Path.Value ?? "",
            .. request.Query.Where(pair => !OfPages.Contains(pair.Key)).OrderBy(pair => pair.Key)
                .Select(pair => $"{pair.Key}={pair.Value}")]);

    /// <summary>The value of a parameter; null if it is not given.</summary>
    public string? Value(string name) => request.Query.TryGetValue(name, out var values) ? values[0] ?? "" : null;

    /// <summary>Where the page begins: what <see cref="Seal"/> was given for it; null for the first one.</summary>
    /// <exception cref="Fault">400: the token is none of this list.</exception>
    public (long Number, string Text)? Open(PageTokens tokens)
        => Value("page_token") is { } token ? tokens.Open(Identity, token) : null;

    /// <summary>The token of the page that begins behind these.</summary>
    public string Seal(PageTokens tokens, long number, string text = "") => tokens.Seal(Identity, number, text);

    public static Fault Refuse(string why)
        => new(StatusCodes.Status400BadRequest, why) { Type = "invalid-parameter" };

    private static int ReadSize(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && size is > 0 and <= ListRequest.MostPageSize
            ? size
            : throw Refuse($"page_size is a whole number from 1 to {ListRequest.MostPageSize}.");
}
