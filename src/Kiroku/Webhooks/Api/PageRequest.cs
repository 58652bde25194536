using Kiroku.Access;
using Kiroku.Actions.Live;
using Kiroku.Api;

namespace Kiroku.Webhooks.Api;

/// <summary>The parameters of a list's page.</summary>
internal sealed class PageRequest
{
    private static readonly string[] OfPages = [LiveParameters.PageSize, LiveParameters.PageToken];

    private readonly HttpRequest request;
    private readonly Caller caller;

    /// <param name="context">The request.</param>
    /// <param name="more">The parameters that the list has besides those of its pages.</param>
    /// <exception cref="Fault">400: a parameter is unknown, or is none of the values that it may have.</exception>
    public PageRequest(HttpContext context, params string[] more)
    {
        (request, caller) = (context.Request, Caller.Of(context));
        Parameters = new LiveParameters(request, [.. more, .. OfPages]);
        Size = Parameters.ReadPageSize();
    }

    public LiveParameters Parameters { get; }

    public int Size { get; }

    /// <summary>Tells this list from others, whatever its page.</summary>
    private string Identity
        => string.Join(
            '\0', [caller.UserId, caller.ProjectId, request.Path.Value ?? "",
            .. request.Query.Where(pair => !OfPages.Contains(pair.Key)).OrderBy(pair => pair.Key)
                .Select(pair => $"{pair.Key}={pair.Value}")]);

    /// <summary>Where the page begins: what <see cref="Seal"/> was given for it; null for the first one.</summary>
    /// <exception cref="Fault">400: the token is none of this list.</exception>
    public (long Number, string Text)? Open(PageTokens tokens)
        => Parameters[LiveParameters.PageToken] is { } token ? tokens.Open(Identity, token) : null;

    /// <summary>The token of the page that begins behind these.</summary>
    public string Seal(PageTokens tokens, long number, string text = "") => tokens.Seal(Identity, number, text);
}
