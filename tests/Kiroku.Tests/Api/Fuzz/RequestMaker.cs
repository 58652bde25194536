using System.Net.Http.Headers;
using System.Text;
using Kiroku.Tests.Identity;

namespace Kiroku.Tests.Api.Fuzz;

/// <summary>
/// Makes requests to a route that are right but for something: the query, an id in the path, the body, the headers,
/// or several of these.
/// </summary>
internal sealed class RequestMaker(Random random, VisibilityThings things, string server)
{
    private static readonly string[] Versions = [
        "2.1", "2.26", "2.37", "2.42", "2.53", "2.58", "2.66", "2.73", "2.75", "2.79", "2.88", "2.96"];
    private readonly BrokenJson broken = new(random);

    /// <summary>Describes the whole request, for the message about a wrong answer.</summary>
    public static string Describe(HttpRequestMessage request, string? body)
        => $"{request.Method} {Short(request.RequestUri!.OriginalString)}\n"
            + $"{Short($"{request.Headers}{request.Content?.Headers}")}{Short(body ?? "")}";

    /// <summary>Requests with one thing wrong, one for each such thing.</summary>
    public IEnumerable<Func<string, string, (HttpRequestMessage Request, string? Body)>> Each(
        VisibilityRow row, bool all)
    {
        var bodies = FullBodies.Of(row);
        foreach (var query in FuzzWords.TellingQueries)
            yield return (path, token)
                => WithOneThingWrong(row, path + query, token, bodies.Count > 0 ? bodies[0] : null);
        if (row.ContentType == "application/octet-stream")
            yield break;
        foreach (var body in bodies.SelectMany(body => broken.Each(body, all)))
            yield return (path, token) => WithOneThingWrong(row, path + row.Query, token, body);
    }

    private (HttpRequestMessage Request, string? Body) WithOneThingWrong(
        VisibilityRow row, string address, string token, string? body)
    {
        body = body is null ? null : things.Body(body);
        var request = New(row, (row.IsCompute ? "/v2.1" : "") + address, body);
        if (row.IsCompute)
            Put(request, "OpenStack-API-Version",
                $"compute {(random.Next(3) == 0 ? Versions[^1] : row.Version ?? Versions[0])}");
        Put(request, "X-Auth-Token", token);
        return (request, body);
    }

    private HttpRequestMessage New(VisibilityRow row, string address, string? body)
    {
        var request = new HttpRequestMessage(new HttpMethod(row.Method),
            new Uri(server + address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (row.IsEndless)
            Put(request, "Accept", "*/*");
        if (body is not null)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body))
            {
                Headers = { ContentType = new MediaTypeHeaderValue(row.ContentType) },
            };
        return request;
    }

    /// <summary>A random request with one or several things wrong.</summary>
    public (HttpRequestMessage Request, string? Body) Make(VisibilityRow row, string prefix, string path, string token)
    {
        var parts = random.Next(1, 16);
        var body = row.Method is "GET" or "HEAD" && random.Next(8) > 0 ? null : Body(row, breaks: (parts & 1) > 0);
        var address = (row.IsCompute ? prefix : "")
            + ((parts & 2) > 0 && random.Next(3) == 0 ? OtherId(row, path) : path) + Query(row, (parts & 4) > 0);
        var request = New(row, address, body);
        if (row.IsCompute)
            Put(request, "OpenStack-API-Version", $"compute {row.Version ?? Versions[random.Next(Versions.Length)]}");
        Put(request, "X-Auth-Token", token);
        if ((parts & 8) > 0)
            BreakHeaders(request);
        return (request, body);
    }

    private string? Body(VisibilityRow row, bool breaks)
    {
        var bodies = FullBodies.Of(row);
        if (bodies.Count == 0)
            return breaks && random.Next(3) == 0 ? FuzzWords.Values[random.Next(FuzzWords.Values.Length)] : null;
        var body = things.Body(bodies[random.Next(bodies.Count)]);
        return breaks && row.ContentType != "application/octet-stream" ? broken.Of(body) : body;
    }

    private string OtherId(VisibilityRow row, string path)
    {
        var (pattern, steps) = (row.Pattern.Split('/'), path.Split('/'));
        var places = Enumerable.Range(0, pattern.Length).Where(place => pattern[place] == "{}").ToList();
        if (places.Count > 0)
            steps[places[random.Next(places.Count)]] = FuzzWords.Ids[random.Next(FuzzWords.Ids.Length)];
        return string.Join('/', steps);
    }

    private string Query(VisibilityRow row, bool breaks)
    {
        if (!breaks)
            return row.Query;
        if (random.Next(4) == 0)
            return FuzzWords.Queries[random.Next(FuzzWords.Queries.Length)];
        var pairs = Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
            $"{Uri.EscapeDataString(FuzzWords.QueryNames[random.Next(FuzzWords.QueryNames.Length)])}="
                + $"{FuzzWords.QueryValues[random.Next(FuzzWords.QueryValues.Length)]}");
        return $"{(row.Query.Length == 0 ? "?" : row.Query + "&")}{string.Join('&', pairs)}";
    }

    private void BreakHeaders(HttpRequestMessage request)
    {
        for (var number = random.Next(1, 4); number > 0; number--)
        {
            var (name, values) = FuzzWords.Headers[random.Next(FuzzWords.Headers.Length)];
            // Most requests must get past authentication.
            if (name != "X-Auth-Token" || random.Next(6) == 0)
                Put(request, name, values[random.Next(values.Length)]);
        }
    }

    private static void Put(HttpRequestMessage request, string name, string value)
    {
        if (name.StartsWith("Content-", StringComparison.Ordinal))
        {
            request.Content?.Headers.Remove(name);
            request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        else
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private static string Short(string text)
        => text.Length > 2000 ? $"{text[..2000]}… ({text.Length} characters)" : text;
}
