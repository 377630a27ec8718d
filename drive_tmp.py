import json,subprocess,sys,os
mode=sys.argv[1]; which=sys.argv[2]; n=int(sys.argv[3]) if len(sys.argv)>3 else 8
M={"atto":({"family":"convnext","depths":[2,2,6,2],"dims":[40,80,160,320],"patch":4,"layerScale":1e-6,"dropPath":0},64,64),
"micro":({"family":"convnext","depths":[1,1],"dims":[32,64],"patch":2,"layerScale":1,"dropPath":0},128,32)}
m,b,i=M[which]
p=subprocess.Popen(["deno","run","-A","--no-check","src/cli/bench/our_step.ts"],stdin=subprocess.PIPE,stdout=subprocess.PIPE,text=True)
def ask(q):
    p.stdin.write(q+"\n");p.stdin.flush();return json.loads(p.stdout.readline())
def st():
    s=open(f"/proc/{p.pid}/status").read().split("\n")
    return [l.replace("\t"," ") for l in s if l.startswith(("VmHWM","VmRSS","RssAnon","RssFile"))]
r=ask(json.dumps(dict(model=m,mode=mode,classes=3,batch=b,image=i,threads=2)));print(r,st())
for k in range(3):
    t=ask(f"train {n}")["seconds"]; print(n*b/t, st())
