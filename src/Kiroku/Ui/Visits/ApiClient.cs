using System.Text.Json.Serialization.Metadata;
using Kiroku.Api;
using Kiroku.Ui.Door;
using Microsoft.Net.Http.Headers;

namespace Kiroku.Ui.Visits;

/// <summary>
/// The API as the visit's session may use it. Pages get all that they show, and do all that they do, through this.
/// </summary>
internal sealed class ApiClient(ApiDoor door, Visit visit)
{
    /// <summary>The version of the compute API that pages are written for.</summary>
    public const string Microversion = "compute 2.96";

    /// <summary>Gets a document.</summary>
    /// <param name="path">Escaped, with its query.</param>
    /// <param name="type">How to read it.</param>
    /// <param name="version">Another version of the compute API, where that has what pages need.</param>
    /// <exception cref="ApiRefusal">It cannot be had; the visit then ends with a page that says so.</exception>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, string version = Microversion)
    {
        var answer = await SendAsync(Request("GET", path, version));
        return answer.IsGood ? answer.Read(type) : throw new ApiRefusal(answer);
    }

    /// <summary>Sends a request and returns whatever is answered, for the page to say what was refused.</summary>
    /// <param name="method">As HTTP has it.</param>
    /// <param name="path">Escaped, with its query.</param>
    /// <param name="json">The body; empty for none.</param>
    /// <param name="key">By which the API knows the request if it is repeated (Idempotency-Key); null for none.</param>
    /// <exception cref="ApiRefusal">401: the session has ended.</exception>
    public async Task<ApiAnswer> SendAsync(
        string method, string path, ReadOnlyMemory<byte> json = default, string? key = null)
    {
        var request = Request(method, path) with { Body = json };
        var answer = await SendAsync(key is null
            ? request
            : request with { Headers = [.. request.Headers, ("Idempotency-Key", key)] });
        // The page that says what was refused has the API's status, and so its time to wait.
        answer.TellWait(visit.Context.Response);
        return answer;
    }

    /// <summary>Answers the visit with what the API answers, as it comes.</summary>
    /// <param name="path">Escaped, with its query.</param>
    /// <param name="headers">Further headers, as what forms are accepted.</param>
    public Task ForwardAsync(string path, params IReadOnlyList<(string Name, string Value)> headers)
    {
        var request = Request("GET", path);
        return door.ForwardAsync(visit.Context, request with { Headers = [.. request.Headers, .. headers] });
    }

    /// <summary>
    /// The same for a document that a link leads to. If the session has ended, the link leads to signing in.
    /// </summary>
    public Task ForwardDocumentAsync(string path, params IReadOnlyList<(string Name, string Value)> headers)
    {
        visit.Context.Response.OnStarting(() =>
        {
            var response = visit.Context.Response;
            if (response.StatusCode != StatusCodes.Status401Unauthorized)
                return Task.CompletedTask;
            response.Headers.Remove(HeaderNames.WWWAuthenticate);
            SignInRedirect.Send(visit.Context);
            return Task.CompletedTask;
        });
        return ForwardAsync(path, headers);
    }

    private async Task<ApiAnswer> SendAsync(ApiRequest request)
    {
        var answer = await door.SendAsync(visit.Context, request);
        return answer.Status == StatusCodes.Status401Unauthorized ? throw new ApiRefusal(answer) : answer;
    }

    private ApiRequest Request(string method, string path, string version = Microversion)
    {
        var query = path.IndexOf('?', StringComparison.Ordinal);
        return new ApiRequest(method, query < 0 ? path : path[..query])
        {
            Query = query < 0 ? "" : path[query..],
            Token = visit.Session!.Token,
            Headers = [(Microversions.NewHeader, version)],
        };
    }
}
